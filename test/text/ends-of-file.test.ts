import { execFileSync } from "node:child_process";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endsOfFile } from "../../src/text/ends-of-file.ts";

async function tailOf(path: string, bytes = 64 * 1024): Promise<string> {
  const ends = await endsOfFile(path, () => ({ head: 0, tail: bytes }));
  return ends ? ends.head + ends.tail : "";
}

describe("the tail of a file", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "interserve-tail-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  test("a small file is returned whole, and of a larger one the last bytes", async () => {
    const file = join(dir, "small");
    await writeFile(file, "0123456789");
    expect([await tailOf(file), await tailOf(file, 10), await tailOf(file, 3)]).toEqual([
      "0123456789",
      "0123456789",
      "789",
    ]);
  });

  test("the tail starts with a whole character and marks invalid bytes", async () => {
    const file = join(dir, "utf8");
    await writeFile(file, Buffer.concat([Buffer.from("x🦀"), Buffer.from([0xff]), Buffer.from("y")]));
    for (const bytes of [3, 4, 5]) expect(await tailOf(file, bytes)).toMatch(/^\ufffd?y$/);
    expect(await tailOf(file, 6)).toBe("🦀\ufffdy");
    expect(await tailOf(file)).toBe("x🦀\ufffdy");
  });

  test("the tail of a file of 64 GiB is read without the rest", async () => {
    const file = join(dir, "big");
    await writeFile(file, "");
    await truncate(file, 2 ** 36);
    expect(await tailOf(file, 4)).toBe("\0\0\0\0");
  });

  test("a missing file, a directory, a pipe without a writer and a device have an empty tail", async () => {
    execFileSync("mkfifo", [join(dir, "fifo")]);
    const paths = [join(dir, "missing"), dir, join(dir, "fifo"), "/dev/zero"];
    expect(await Promise.all(paths.map((path) => tailOf(path)))).toEqual(["", "", "", ""]);
  });
});
