import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createRunDirectory, startInOrder } from "../../src/journal/create-run.ts";
import { listRuns, projectRecord } from "../../src/journal/project-record.ts";
import type { RunDirectory } from "../../src/journal/run-directory.ts";

let dir: string;
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), "interserve-")));
  await mkdir(join(dir, "app"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const recordOf = (path = "app", project?: string) =>
  projectRecord(join(dir, path), { env: { INTERSERVE_STATE_DIR: join(dir, "state") }, project });
async function create(run: string): Promise<RunDirectory> {
  const { directory } = await createRunDirectory(await recordOf(), run, []);
  return directory;
}
const begin = async (run: string) => startInOrder(await recordOf(), await create(run), async () => {});
const names = async () => (await listRuns(await recordOf())).map(({ run }) => run);

describe("the runs of a project", () => {
  test("are listed in the order in which they began, not by the time in their names", async () => {
    for (const run of ["20300101-000000-aaaa", "20260101-000000-ffff", "20260101-000000-0000"])
      await begin(run);
    expect(await names()).toEqual(["20300101-000000-aaaa", "20260101-000000-ffff", "20260101-000000-0000"]);
  });

  test("come after those of version 0.1.0, and before those that have not begun", async () => {
    await create("20200101-000000-0000");
    await begin("20260101-000000-0000");
    await mkdir(join(dir, "app/.interserve/runs/20270101-000000-0000"), { recursive: true });
    expect(await names()).toEqual(["20270101-000000-0000", "20260101-000000-0000", "20200101-000000-0000"]);
  });

  test("get different numbers, in the order in which they begin, and no number twice", async () => {
    const record = await recordOf();
    const begun: string[] = [];
    const numbers = async (runs: readonly RunDirectory[]) => {
      const start = (run: RunDirectory) => startInOrder(record, run, async () => begun.push(run.run));
      await Promise.all(runs.map(start));
      const texts = await Promise.all(runs.map(({ sequence }) => readFile(sequence, "utf8")));
      return texts.map(Number).sort((a, b) => a - b);
    };
    const runsOf = (second: string) =>
      Promise.all([..."0123456789abcdef"].map((hex) => create(`20260101-0000${second}-000${hex}`)));
    const first = await runsOf("00");
    const before = await numbers(first);
    expect(new Set(before).size).toBe(16);
    expect(await names()).toEqual(begun);
    for (const { path } of first) await rm(path, { recursive: true });
    const after = await numbers(await runsOf("01"));
    expect(new Set(after).size).toBe(16);
    expect(after[0]).toBeGreaterThan(before.at(-1) ?? 0);
  });
});

describe("a project", () => {
  test("has another folder than one of the same name elsewhere", async () => {
    await mkdir(join(dir, "other/app"), { recursive: true });
    const [first, second] = [(await recordOf()).folders, (await recordOf("other/app")).folders];
    expect([first.length, second.length]).toEqual([1, 1]);
    for (const [folder = ""] of [first, second]) expect(basename(folder)).toMatch(/^app~[0-9a-f]{12}$/);
    expect(first).not.toEqual(second);
  });

  test("that was moved is found by the name of its folder, or by its own name if that is unique", async () => {
    await begin("20260101-000000-0000");
    const [folder = ""] = (await recordOf()).folders;
    for (const name of ["app", basename(folder)])
      expect((await recordOf(".", name)).folders).toEqual([folder]);
    await expect(recordOf(".", "../app")).rejects.toThrow('there is no project "../app"');
    await mkdir(join(dir, "state/app~000000000000"));
    await expect(recordOf(".", "app")).rejects.toThrow('2 projects are called "app"');
  });

  test("keeps the runs from before it had a repository", async () => {
    await begin("20260101-000000-0000");
    await mkdir(join(dir, "app/.git"));
    await writeFile(join(dir, "app/.git/HEAD"), "ref: refs/heads/main\n");
    await begin("20260101-000000-1111");
    expect(await names()).toEqual(["20260101-000000-0000", "20260101-000000-1111"]);
  });
});
