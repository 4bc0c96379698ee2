import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tailFile, tailLines } from "../../src/journal/tail.ts";

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "interserve-"));
  file = join(directory, "journal.jsonl");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Options that do one step each time the end of the file is reached, and are complete after the last step. */
const between = (...steps: (() => Promise<unknown>)[]) => ({
  signal: new AbortController().signal,
  // Asked before each read: what the step before wrote has been read by now.
  isComplete: async () => {
    const step = steps.shift();
    await step?.();
    return step === undefined;
  },
});
const nothing = async () => {};
async function linesOf(options: Parameters<typeof tailLines>[1]): Promise<string[][]> {
  const all: string[][] = [];
  for await (const lines of tailLines(file, options)) all.push(lines);
  return all;
}

test("complete lines come as the file grows; an incomplete last line does not", async () => {
  await writeFile(file, "one\ntwo\nthr");
  const grown = await linesOf(between(nothing, nothing, () => appendFile(file, "ee\nfo"), nothing));
  expect(grown).toEqual([["one", "two"], ["three"]]);
});

test("a file that does not exist yet is read once it does", async () => {
  expect(await linesOf(between(nothing, nothing, () => writeFile(file, "one\n"), nothing))).toEqual([
    ["one"],
  ]);
});

test.each([1, 2, 3])("a four-byte character of which %s are written first comes whole", async (bytes) => {
  const text = Buffer.from("\u{1f6f0}\n");
  await writeFile(file, Buffer.concat([Buffer.from("a\n"), text.subarray(0, bytes)]));
  const rest = () => appendFile(file, text.subarray(bytes));
  expect(await linesOf(between(nothing, nothing, rest, nothing))).toEqual([["a"], ["\u{1f6f0}"]]);
});

test("a torn line that is cut off before others are appended is not yielded", async () => {
  await writeFile(file, 'one\n{"torn": "by a cra');
  const resume = async () => {
    await truncate(file, 4);
    await appendFile(file, '{"event": "run.resumed"}\nthree\n');
  };
  const grown = await linesOf(between(nothing, nothing, resume, nothing));
  expect(grown).toEqual([["one"], ['{"event": "run.resumed"}', "three"]]);
});

test("a file that is written anew is read on where the old one ended; another file is not read", async () => {
  await writeFile(file, "one\ntwo\n");
  const replace = (text: string) => async () => {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  const steps = [nothing, replace("x\nforeign\nlines\n"), nothing, replace("one\ntwo\nthree\n"), nothing];
  expect(await linesOf(between(...steps, nothing))).toEqual([["one", "two"], ["three"]]);
});

test("a line longer than one read comes whole", async () => {
  const long = "\u00e9".repeat(700_000);
  await writeFile(file, `one\n${long}\ntwo\n`);
  expect((await linesOf(between(nothing, nothing))).flat()).toEqual(["one", long, "two"]);
});

test("an aborted signal ends the reading, even while it waits", async () => {
  await writeFile(file, "one\n");
  const controller = new AbortController();
  const seen: string[][] = [];
  for await (const lines of tailLines(file, { signal: controller.signal, isComplete: () => false })) {
    seen.push(lines);
    await appendFile(file, "two\n");
    controller.abort();
  }
  expect(seen).toEqual([["one"]]);
});

test("a negative start reads the end of an output, and the output is read on after its `.part` is renamed", async () => {
  const output = join(directory, "output.md");
  await writeFile(`${output}.part`, "0123456789");
  const finish = async () => {
    await appendFile(`${output}.part`, "ab");
    await rename(`${output}.part`, output);
  };
  const read: string[] = [];
  const options = { from: -4, ...between(nothing, nothing, finish, nothing) };
  for await (const bytes of tailFile(output, options)) read.push(bytes.toString());
  expect(read).toEqual(["6789", "ab"]);
});
