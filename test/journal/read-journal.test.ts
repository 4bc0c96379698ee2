import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readJournal } from "../../src/journal/read-journal.ts";

const folder = fileURLToPath(new URL("../fixtures/journals", import.meta.url));

describe("a journal file", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "interserve-journal-"));
  });
  afterEach(() => rm(dir, { recursive: true }));
  const whole = readFileSync(join(folder, "finished.jsonl"));
  const read = async (bytes: Buffer | string) => {
    const file = join(dir, "journal.jsonl");
    await writeFile(file, bytes);
    return readJournal(file);
  };

  test("cut at any byte yields its complete lines, and a warning if the last one is torn", async () => {
    for (let length = 0; length <= whole.length; length += 7) {
      const { entries, bytes, torn, damage } = await read(whole.subarray(0, length));
      const lines = whole.subarray(0, length).toString().split("\n").length - 1;
      expect(entries).toHaveLength(lines);
      expect(bytes).toEqual(whole.subarray(0, whole.subarray(0, length).lastIndexOf(10) + 1));
      expect(torn.map(({ code }) => code)).toEqual(bytes.length < length ? ["journal-torn"] : []);
      expect(damage).toEqual([]);
    }
  });

  test.each([
    ["a line of another kind", '{"v":1,"event":"task.exploded"}', /expected/],
    ["a line that is not JSON", "oops", /expected a JSON object/],
    ["a newer version", '{"v":2,"event":"task.ready"}', /version 1, found 2/],
    ["zeros, as a crashed disk leaves them", "\0\0\0\0", /expected a JSON object/],
  ])("with %s in the middle is read without that line", async (_, line, message) => {
    const lines = whole.toString().split("\n");
    lines.splice(4, 1, line);
    const { entries, damage } = await read(lines.join("\n"));
    const others = [...lines.keys()].filter((at) => at > 0 && at !== 5);
    expect(entries.map(({ line }) => line)).toEqual(others);
    expect(damage).toEqual([{ line: 5, message: expect.stringMatching(message) }]);
  });
});
