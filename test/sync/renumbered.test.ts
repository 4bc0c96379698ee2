import { describe, expect, test } from "vitest";
import { buildRecord } from "../../src/sync/derived-record.ts";
import { matchTasks } from "../../src/sync/renumbered.ts";

/** `2 Cache: a.ts b.ts` as a task. */
const task = (text: string) => {
  const [, number, title = "", files = ""] = /^(\S+) ([^:]+)(?:: (.*))?$/.exec(text) ?? [];
  return { id: `task-${number}`, title, files: files.split(" ").filter((one) => one !== ""), depends: [] };
};

/** Matches the tasks of a manifest, as derived and edited, with those of the changed plan. Returns renames and likely matches. */
function matched(
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

describe("a task of the manifest is found in the plan", () => {
  test.each([
    ["by its title", ["1 A", "2 B"], ["1 New", "2 A", "3 B"], ["1 → 2", "2 → 3"]],
    [
      "by files that no others have, if its title has changed",
      ["1 A: a.ts", "2 B: b.ts", "3 C: c.ts"],
      ["1 A: a.ts", "2 New: n.ts", "3 Other: b.ts", "4 C: c.ts"],
      ["2 → 3", "3 → 4"],
    ],
    [
      "by one of its files, if the plan has a new task of its number",
      ["1 A: a.ts", "2 B: b.ts x.ts"],
      ["1 A: a.ts", "2 New: n.ts", "3 Other: b.ts m.ts"],
      ["2 → 3"],
    ],
    [
      "by all its files together, although others have each of them",
      ["1 A: a.ts b.ts", "2 B: a.ts", "3 C: b.ts"],
      ["1 A: a.ts b.ts", "2 New", "3 Other: a.ts", "4 C: b.ts"],
      ["2 → 3", "3 → 4"],
    ],
    [
      "by their files, if several have moved",
      ["1 A: a.ts", "2 B: b.ts", "3 C: c.ts"],
      ["1 New: n.ts", "2 D: a.ts", "3 E: b.ts", "4 F: c.ts"],
      ["1 → 2", "2 → 3", "3 → 4"],
    ],
    [
      "by its number alone, if no other task moved",
      ["1 A: a.ts", "2 B"],
      ["1 Other: x.ts", "2 B", "3 New"],
      [],
    ],
    ["by its number, although more tasks follow it", ["1 A", "2 B"], ["1 A", "2 Other", "3 New"], []],
    [
      "by its number, although another task took one of its files",
      ["1 A: a.ts b.ts", "2 B"],
      ["1 Other: a.ts", "2 B", "3 New: b.ts"],
      [],
    ],
    ["not by a title that two tasks have", ["1 A", "2 B: b.ts"], ["1 B: x.ts", "2 B: b.ts"], []],
  ])("%s", (_, was, now, expected) => expect(matched(was, now)).toEqual(expected));

  test("by its derived files, if a person has changed them", () => {
    const edit = (tasks: ReturnType<typeof task>[]) => tasks.map((one) => ({ ...one, files: ["mine.ts"] }));
    expect(matched(["1 A: a.ts", "2 B: b.ts"], ["1 A: a.ts", "2 New: n.ts", "3 Other: b.ts"], edit)).toEqual([
      "2 → 3",
    ]);
  });
});

describe("a task without a certain match is gone, and a likely one is named", () => {
  test.each([
    [
      "files that another task has too",
      ["1 A: a.ts", "2 B: b.ts", "3 C: b.ts", "4 D"],
      ["1 A: a.ts", "2 New: n.ts", "3 Other: b.ts", "4 C: b.ts", "5 D"],
      ["3 → 4", "4 → 5", "2 → 2-gone"],
    ],
    [
      "its files in another place",
      ["1 A: a.ts", "2 B: b.ts", "3 C: c.ts"],
      ["1 A: a.ts", "2 C: c.ts", "3 Other: b.ts"],
      ["3 → 2", "2 → 2-gone", "2-gone perhaps 3"],
    ],
    [
      "files that two tasks have now",
      ["1 A: a.ts x.ts", "2 B: b.ts"],
      ["1 B: b.ts", "2 Other: a.ts", "3 More: x.ts"],
      ["2 → 1", "1 → 1-gone"],
    ],
    [
      "its place alone, with two tasks in it",
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
    ["nothing left of it", ["1 A", "2 B: b.ts"], ["1 A"], []],
  ])("%s", (_, was, now, expected) => expect(matched(was, now)).toEqual(expected));

  test("a task that a person removed from the manifest is never matched", () => {
    const without = (tasks: ReturnType<typeof task>[]) => tasks.slice(1);
    expect(matched(["1 A: b.ts", "2 B: b.ts", "3 C"], ["1 A: b.ts", "2 C"], without)).toEqual([
      "3 → 2",
      "2 → 2-gone",
    ]);
  });

  test("a handwritten task with a title of its own is only a likely match", () => {
    const mine = (tasks: ReturnType<typeof task>[]) => [...tasks, { ...task("9 Mine: m.ts"), id: "mine" }];
    expect(matched(["1 A"], ["1 A", "2 New: m.ts"], mine)).toEqual(["mine perhaps 2"]);
  });
});
