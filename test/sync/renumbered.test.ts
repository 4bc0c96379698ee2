import { describe, expect, test } from "vitest";
import { buildRecord } from "../../src/sync/derived-record.ts";
import { matchTasks } from "../../src/sync/renumbered.ts";

/** `2 Cache: a.ts b.ts` as a task. */
const task = (text: string) => {
  const [, number, title = "", files = ""] = /^(\S+) ([^:]+)(?:: (.*))?$/.exec(text) ?? [];
  return { id: `task-${number}`, title, files: files.split(" ").filter((one) => one !== ""), depends: [] };
};

/** A manifest as derived, with what a person did to it, and the plan by now. */
function told(
  was: readonly string[],
  now: readonly string[],
  edit = (tasks: ReturnType<typeof task>[]) => tasks,
) {
  const derived = was.map(task);
  const record = buildRecord({ mode: "all-parallel", tier: "deep", max_parallel: 1 }, derived);
  const { renames, likely } = matchTasks(edit(was.map(task)), now.map(task), record);
  const lines = (pairs: ReadonlyMap<string, string>, by: string) =>
    [...pairs].map(([from, to]) => `${from} ${by} ${to}`.replaceAll("task-", ""));
  return [...lines(renames, "→"), ...lines(likely, "perhaps")];
}

describe("a task of the manifest is one of the plan's under another number", () => {
  test.each([
    ["by its title", ["1 A", "2 B"], ["1 New", "2 A", "3 B"], ["1 → 2", "2 → 3"]],
    [
      "by files that no others have, where its title is another",
      ["1 A: a.ts", "2 B: b.ts", "3 C: c.ts"],
      ["1 A: a.ts", "2 New: n.ts", "3 Other: b.ts", "4 C: c.ts"],
      ["2 → 3", "3 → 4"],
    ],
    [
      "also where the plan has its number for a new one, and some of its files are others",
      ["1 A: a.ts", "2 B: b.ts x.ts"],
      ["1 A: a.ts", "2 New: n.ts", "3 Other: b.ts m.ts"],
      ["2 → 3"],
    ],
    [
      "by all its files together, which others have with more",
      ["1 A: a.ts b.ts", "2 B: a.ts", "3 C: b.ts"],
      ["1 A: a.ts b.ts", "2 New", "3 Other: a.ts", "4 C: b.ts"],
      ["2 → 3", "3 → 4"],
    ],
    [
      "each of several",
      ["1 A: a.ts", "2 B: b.ts", "3 C: c.ts"],
      ["1 New: n.ts", "2 D: a.ts", "3 E: b.ts", "4 F: c.ts"],
      ["1 → 2", "2 → 3", "3 → 4"],
    ],
    [
      "by its number alone, where no other moved",
      ["1 A: a.ts", "2 B"],
      ["1 Other: x.ts", "2 B", "3 New"],
      [],
    ],
    ["by its number, though more come behind it", ["1 A", "2 B"], ["1 A", "2 Other", "3 New"], []],
    [
      "by its number, though another took a file of it",
      ["1 A: a.ts b.ts", "2 B"],
      ["1 Other: a.ts", "2 B", "3 New: b.ts"],
      [],
    ],
    ["not by a title that two have", ["1 A", "2 B: b.ts"], ["1 B: x.ts", "2 B: b.ts"], []],
  ])("%s", (_, was, now, expected) => expect(told(was, now)).toEqual(expected));

  test("by its files as derived, where a person has changed them", () => {
    const edit = (tasks: ReturnType<typeof task>[]) => tasks.map((one) => ({ ...one, files: ["mine.ts"] }));
    expect(told(["1 A: a.ts", "2 B: b.ts"], ["1 A: a.ts", "2 New: n.ts", "3 Other: b.ts"], edit)).toEqual([
      "2 → 3",
    ]);
  });
});

describe("a task is gone where none is surely it, and the likely one is named", () => {
  test.each([
    [
      "files that others have too",
      ["1 A: a.ts", "2 B: b.ts", "3 C: b.ts", "4 D"],
      ["1 A: a.ts", "2 New: n.ts", "3 Other: b.ts", "4 C: b.ts", "5 D"],
      ["3 → 4", "4 → 5", "2 → 2-gone"],
    ],
    [
      "another place",
      ["1 A: a.ts", "2 B: b.ts", "3 C: c.ts"],
      ["1 A: a.ts", "2 C: c.ts", "3 Other: b.ts"],
      ["3 → 2", "2 → 2-gone", "2-gone perhaps 3"],
    ],
    [
      "files of two",
      ["1 A: a.ts x.ts", "2 B: b.ts"],
      ["1 B: b.ts", "2 Other: a.ts", "3 More: x.ts"],
      ["2 → 1", "1 → 1-gone"],
    ],
    [
      "its place alone, where one of two is new",
      ["1 A", "2 B", "3 C"],
      ["1 A", "2 Other", "3 New", "4 C"],
      ["3 → 4", "2 → 2-gone"],
    ],
    [
      "its place alone",
      ["1 A", "2 B", "3 C"],
      ["1 New", "2 A", "3 Other", "4 C"],
      ["1 → 2", "3 → 4", "2 → 2-gone", "2-gone perhaps 3"],
    ],
    ["nothing", ["1 A", "2 B: b.ts"], ["1 A"], []],
  ])("%s", (_, was, now, expected) => expect(told(was, now)).toEqual(expected));

  test("never a task that a person took out of the manifest", () => {
    const without = (tasks: ReturnType<typeof task>[]) => tasks.slice(1);
    expect(told(["1 A: b.ts", "2 B: b.ts", "3 C"], ["1 A: b.ts", "2 C"], without)).toEqual([
      "3 → 2",
      "2 → 2-gone",
    ]);
  });

  test("nor one that a person wrote without a title of the plan's", () => {
    const mine = (tasks: ReturnType<typeof task>[]) => [...tasks, { ...task("9 Mine: m.ts"), id: "mine" }];
    expect(told(["1 A"], ["1 A", "2 New: m.ts"], mine)).toEqual(["mine perhaps 2"]);
  });
});
