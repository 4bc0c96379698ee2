import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf, readOutput, withoutHandOver } from "../../src/routing/digest.ts";
import { fileWith, unprintable } from "./prompts.ts";

const readDigest = async (file: string, length: number) => digestOf(await readOutput(file, length), length);

test("a digest of a file that fits is the whole file", async () => {
  expect(await readDigest(fileWith("one\ntwo\n"), 100)).toEqual({ text: "one\ntwo\n", cut: 0 });
});

test("a digest of a longer file is its head, a note of how much was cut, and its tail", async () => {
  const { text, cut } = await readDigest(fileWith(`first\n${"x".repeat(2000)}\nlast`), 200);
  expect(text).toMatch(
    /^first\nx+\n\[… \d+ bytes cut; the whole output is in the file named above …\]\nx+\nlast$/,
  );
  expect(text).toContain(`[… ${cut} bytes cut;`);
  expect(text.length - (text.split("\n")[2] ?? "").length - 2).toBe(2011 - cut);
});

test("only head and tail of a file of 100 MB are read", async () => {
  const file = fileWith("");
  const handle = openSync(file, "w");
  writeSync(handle, "the head");
  ftruncateSync(handle, 100_000_000);
  writeSync(handle, "the tail", 100_000_000 - 8);
  closeSync(handle);
  const read = () =>
    Number(
      /^rchar: (\d+)/m.exec(execFileSync("cat", [`/proc/${process.pid}/io`], { encoding: "utf8" }))?.[1],
    );
  const before = read();
  const { text, cut } = await readDigest(file, 1000);
  // What `cat` says goes through this process too, and so do other things of the test runner's.
  expect(read() - before).toBeLessThan(10_000_000);
  expect(text.startsWith("the head")).toBe(true);
  expect(text.endsWith("the tail")).toBe(true);
  expect(cut).toBeGreaterThan(91_000_000);
});

test("head and tail end between characters, never inside one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc
        .string({ unit: "binary", minLength: 100, maxLength: 400 })
        .map((text) => text.replaceAll(/[^\u00a1-\ud7ff\u{10000}-\u{1ffff}]/gu, "é")),
      fc.integer({ min: 0, max: 300 }),
      async (whole, chars) => {
        const { text } = await readDigest(fileWith(whole), chars);
        expect(text.length).toBeLessThanOrEqual(chars);
        expect(text).not.toContain("\ufffd");
        expect(text).not.toMatch(unprintable);
      },
    ),
  );
});

test("a digest of any bytes keeps to its length and is printable", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 2000 }),
      fc.integer({ min: 0, max: 1500 }),
      async (bytes, chars) => {
        const { text } = await readDigest(fileWith(bytes), chars);
        expect(text.length).toBeLessThanOrEqual(chars);
        expect(text).not.toMatch(unprintable);
      },
    ),
    { numRuns: 200 },
  );
});

test("a digest of a missing file, a directory or a pipe says that the file is missing", async () => {
  const pipe = join(dirname(fileWith("")), "pipe");
  execFileSync("mkfifo", [pipe]);
  for (const path of [pipe, dirname(pipe), "/nowhere/at/all"]) {
    expect(await readDigest(path, 100)).toEqual({ text: "[the file is missing]", cut: 0 });
  }
});

test("of a progress bar, a digest has the last frame", async () => {
  const frames = Array.from({ length: 20_000 }, (_, at) => `\r\u001b[32m${at} of 20000\u001b[0m\u001b[K`);
  const file = fileWith(`start\n${frames.join("")}\n\u001b[1mdone\u001b[0m\n`);
  expect(await readDigest(file, 200)).toEqual({ text: "start\n19999 of 20000\ndone\n", cut: 0 });
});

test.each([
  ["Did it.\n\n## Hand-over\n\nUse x.\n\nVERDICT: CLEAN\n", "Use x.", "Did it.\n\nVERDICT: CLEAN\n"],
  ["Did it.\nHand-over: use x\nVERDICT: CLEAN\n", "use x", "Did it.\n\nVERDICT: CLEAN\n"],
  ["## Hand-over\nold\n## Hand-over\nUse x.", "Use x.", "## Hand-over\nold\n\n"],
  ["Use x.\nVERDICT: CLEAN\n", "Use x.", "Use x.\nVERDICT: CLEAN\n"],
  ["## Hand-over\nabcdef", "abc\n[… 3 characters cut …]", "def"],
])("without its hand-over, %j is %j", async (text, handOver, rest) => {
  const output = await readOutput(fileWith(text), 1000);
  if (!output) throw new Error("expected an output");
  expect(digestOf(withoutHandOver(output, handOver), 1000).text).toBe(rest);
});

test("a hand-over in the tail of a long output is not in its digest", async () => {
  const file = fileWith(`${"x".repeat(100_000)}\n## Hand-over\nUse y.\n\nVERDICT: CLEAN\n`);
  const output = await readOutput(file, 500);
  if (!output) throw new Error("expected an output");
  const { text } = digestOf(withoutHandOver(output, "Use y."), 500);
  expect(text).toMatch(/x\n\nVERDICT: CLEAN\n$/);
  expect(text).not.toContain("Use y");
});
