import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Lock, lockHolder, takeLock } from "../../src/journal/lock.ts";
import { processStart } from "../../src/process/process-start.ts";

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "interserve-lock-"));
  path = join(dir, "lock");
});
afterEach(() => rm(dir, { recursive: true }));

const taken = async (): Promise<Lock> => {
  const lock = await takeLock(path);
  if ("heldBy" in lock) throw new Error(`held by ${lock.heldBy}`);
  return lock;
};
const holder = (pid: number, start: string, host = hostname()) =>
  writeFile(path, JSON.stringify({ pid, start, host }));

test("a lock held by a living process is refused with its pid until it is released", async () => {
  const lock = await taken();
  expect(await takeLock(path)).toEqual({ heldBy: process.pid });
  expect(await lockHolder(path)).toBe(process.pid);
  await lock.release();
  expect(await lockHolder(path)).toBeUndefined();
  await (await taken()).release();
  expect(await readdir(dir)).toEqual([]);
});

test("a second release does not remove another process's lock", async () => {
  const first = await taken();
  await first.release();
  const second = await taken();
  await first.release();
  expect(await lockHolder(path)).toBe(process.pid);
  await second.release();
});

test("a lock of a dead process is taken over", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e9)"]);
  await once(child, "spawn");
  const pid = child.pid as number;
  await holder(pid, processStart(pid) ?? "");
  expect(await takeLock(path)).toEqual({ heldBy: pid });
  child.kill("SIGKILL");
  await once(child, "exit");
  await (await taken()).release();
});

test("a lock whose pid now belongs to another process is taken over", async () => {
  await holder(process.pid, "1@another-boot");
  await (await taken()).release();
});

test("a lock from another machine is respected", async () => {
  await holder(1, "1@x", "another.machine.example");
  expect(await takeLock(path)).toEqual({ heldBy: 1 });
});

test("an empty file is not a lock", async () => {
  await writeFile(path, "");
  const lock = await taken();
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: process.pid });
  await lock.release();
});

test("only one of many simultaneous callers gets the lock", async () => {
  await writeFile(path, "");
  const all = await Promise.all(Array.from({ length: 20 }, () => takeLock(path)));
  expect(all.filter((lock) => !("heldBy" in lock))).toHaveLength(1);
});

test("only one of many callers gets the lock of a dead process, whenever they look", async () => {
  const later = async (turns: number) => {
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    return takeLock(path);
  };
  for (let round = 0; round < 20; round += 1) {
    await holder(process.pid, "1@another-boot");
    const all = await Promise.all(Array.from({ length: 20 }, (_, at) => later(at % 5)));
    const taken = all.flatMap((lock) => ("heldBy" in lock ? [] : [lock]));
    expect(taken).toHaveLength(1);
    await taken[0]?.release();
  }
  expect(await readdir(dir)).toEqual([]);
});
