import {
  appendFile,
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { Journal } from "../../src/journal/journal.ts";
import { readJournal } from "../../src/journal/read-journal.ts";

let dir: string;
let path: string;
let journal: Journal;
let restored: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "interserve-journal-"));
  path = join(dir, "run/journal.jsonl");
  await mkdir(join(dir, "run"));
  journal = await Journal.create(path);
  restored = [];
  journal.onRestored = (reason) => restored.push(reason);
});
afterEach(async () => {
  await journal.close();
  await rm(dir, { recursive: true });
});

const ready = (task: string): RunEvent => ({
  event: "task.ready",
  at: "2026-01-01T00:00:00.000Z",
  run: "r",
  task,
});
const tasksIn = async (file = path) =>
  (await readJournal(file)).entries.map(({ event }) => ("task" in event ? event.task : ""));
const swap = async (text: Buffer | string) => {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
};
const lines = () => readFile(path, "utf8");

describe("a journal that something else has changed is written anew, whole, at the next event", () => {
  test.each<[string, string, () => Promise<unknown>]>([
    ["removed", "was removed", () => rm(path)],
    ["removed with its folder", "was removed", () => rm(join(dir, "run"), { recursive: true })],
    ["replaced by nothing", "was replaced by another file", () => swap("")],
    ["replaced by a copy, as sed -i does", "was replaced by another file", async () => swap(await lines())],
    ["moved away", "was removed", () => rename(path, join(dir, "elsewhere"))],
    [
      "replaced by a link",
      "was replaced by another file",
      async () => {
        await rename(path, join(dir, "elsewhere"));
        await symlink(join(dir, "elsewhere"), path);
      },
    ],
    ["emptied", "was cut off", () => truncate(path, 0)],
    ["cut by one byte", "was cut off", async () => truncate(path, (await stat(path)).size - 1)],
    ["appended to", "was changed by another process", () => appendFile(path, "a line\n")],
    [
      "overwritten in place at the same size",
      "was changed by another process",
      async () => writeFile(path, (await lines()).replace('"a"', '"z"')),
    ],
  ])("%s", async (_, reason, change) => {
    await journal.append(ready("a"));
    await journal.append(ready("b"));
    // Times of files have a coarse clock: the change must not share a tick with the write.
    const { ctimeNs } = await stat(path, { bigint: true });
    while ((await tick()) <= ctimeNs);
    await change();
    await journal.append(ready("c"));
    expect(restored).toEqual([`the journal ${reason}`]);
    expect(await tasksIn()).toEqual(["a", "b", "c"]);
    expect((await readJournal(path)).damage).toEqual([]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await journal.append(ready("d"));
    expect(await tasksIn()).toEqual(["a", "b", "c", "d"]);
    expect(restored).toHaveLength(1);
    expect(await readdir(join(dir, "run"))).toEqual(["journal.jsonl"]);
  });

  /** The time that a file gets now, in nanoseconds. */
  async function tick(): Promise<bigint> {
    await writeFile(join(dir, "tick"), "");
    return (await stat(join(dir, "tick"), { bigint: true })).ctimeNs;
  }
});

test("a journal that is only linked or given another mode stays as it is", async () => {
  await journal.append(ready("a"));
  await link(path, join(dir, "link"));
  await chmod(path, 0o644);
  await journal.append(ready("b"));
  expect(restored).toEqual([]);
  expect(await tasksIn()).toEqual(["a", "b"]);
});

test("a journal that cannot be written anew is an error that says what happened to it", async () => {
  await journal.append(ready("a"));
  await rm(path);
  await mkdir(path);
  await expect(journal.append(ready("b"))).rejects.toThrow(
    /^it was replaced by another file, and could not be restored: E/,
  );
  expect(await readdir(join(dir, "run"))).toEqual(["journal.jsonl"]);
});

test("a journal is neither created over a file nor opened through a link", async () => {
  await expect(Journal.create(path)).rejects.toThrow("EEXIST");
  await symlink("elsewhere", join(dir, "link.jsonl"));
  await expect(Journal.create(join(dir, "link.jsonl"))).rejects.toThrow("EEXIST");
  const past = { bytes: Buffer.alloc(0), next: 1 };
  await expect(Journal.continue(join(dir, "link.jsonl"), past)).rejects.toThrow("ELOOP");
});

test("a continued journal numbers its lines on, and is written anew from its beginning", async () => {
  await journal.append(ready("a"));
  await appendFile(path, '{"torn');
  const { bytes, next } = await readJournal(path);
  const continued = await Journal.continue(path, { bytes, next });
  await continued.append(ready("b"));
  await rm(path);
  await continued.append(ready("c"));
  await continued.close();
  expect(await tasksIn()).toEqual(["a", "b", "c"]);
  expect((await readJournal(path)).damage).toEqual([]);
});

test("a damaged journal that is continued is kept beside the new one under a free name", async () => {
  await journal.append(ready("a"));
  await writeFile(join(dir, "run/journal.damaged-1.jsonl"), "earlier\n");
  await appendFile(path, "garbage\n");
  const { bytes, next } = await readJournal(path);
  const continued = await Journal.continue(path, { bytes, next, instead: [ready("a")] });
  await continued.append(ready("b"));
  await continued.close();
  expect(await tasksIn()).toEqual(["a", "b"]);
  expect((await readJournal(path)).damage).toEqual([]);
  expect(await readFile(join(dir, "run/journal.damaged-1.jsonl"), "utf8")).toBe("earlier\n");
  expect(await readFile(join(dir, "run/journal.damaged-2.jsonl"), "utf8")).toMatch(/garbage\n$/);
});
