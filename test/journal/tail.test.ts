import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { follow, followLines } from "../../src/journal/tail.ts";

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "interserve-"));
  file = join(directory, "journal.jsonl");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Does one thing each time that all has been read, and is complete after the last. */
const between = (...steps: (() => Promise<unknown>)[]) => ({
  signal: new AbortController().signal,
  // Asked before each reading: whatever was there the time before has been read by now.
  isComplete: async () => {
    const step = steps.shift();
    await step?.();
    return step === undefined;
  },
});
const nothing = async () => {};
async function linesOf(options: Parameters<typeof followLines>[1]): Promise<string[][]> {
  const all: string[][] = [];
  for await (const lines of followLines(file, options)) all.push(lines);
  return all;
}

test("whole lines come as the file grows, and a last line without its end does not", async () => {
  await writeFile(file, "one\ntwo\nthr");
  const grown = await linesOf(between(nothing, nothing, () => appendFile(file, "ee\nfo"), nothing));
  expect(grown).toEqual([["one", "two"], ["three"]]);
});

test("a file that is not there yet is waited for", async () => {
  expect(await linesOf(between(nothing, nothing, () => writeFile(file, "one\n"), nothing))).toEqual([
    ["one"],
  ]);
});

test.each([1, 2, 3])("a character of four bytes that is written %s at first comes whole", async (bytes) => {
  const text = Buffer.from("\u{1f6f0}\n");
  await writeFile(file, Buffer.concat([Buffer.from("a\n"), text.subarray(0, bytes)]));
  const rest = () => appendFile(file, text.subarray(bytes));
  expect(await linesOf(between(nothing, nothing, rest, nothing))).toEqual([["a"], ["\u{1f6f0}"]]);
});

test("a torn line that is cut off before others follow leaves nothing of itself", async () => {
  await writeFile(file, 'one\n{"torn": "by a cra');
  const resume = async () => {
    await truncate(file, 4);
    await appendFile(file, '{"event": "run.resumed"}\nthree\n');
  };
  const grown = await linesOf(between(nothing, nothing, resume, nothing));
  expect(grown).toEqual([["one"], ['{"event": "run.resumed"}', "three"]]);
});

test("a line that is longer than what is read at once comes whole", async () => {
  const long = "\u00e9".repeat(700_000);
  await writeFile(file, `one\n${long}\ntwo\n`);
  expect((await linesOf(between(nothing, nothing))).flat()).toEqual(["one", long, "two"]);
});

test("nothing is read any more once it is not wanted, also while it waits", async () => {
  await writeFile(file, "one\n");
  const controller = new AbortController();
  const seen: string[][] = [];
  for await (const lines of followLines(file, { signal: controller.signal, isComplete: () => false })) {
    seen.push(lines);
    await appendFile(file, "two\n");
    controller.abort();
  }
  expect(seen).toEqual([["one"]]);
});

test("of a long output the end is read, and what is being written goes on under its last name", async () => {
  const output = join(directory, "output.md");
  await writeFile(`${output}.part`, "0123456789");
  const finish = async () => {
    await appendFile(`${output}.part`, "ab");
    await rename(`${output}.part`, output);
  };
  const read: string[] = [];
  const options = { from: -4, ...between(nothing, nothing, finish, nothing) };
  for await (const bytes of follow(output, options)) read.push(bytes.toString());
  expect(read).toEqual(["6789", "ab"]);
});
