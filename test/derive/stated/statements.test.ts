import { describe, expect, test } from "vitest";
import { derive } from "../../../src/derive/derive.ts";
import { parsePlan } from "../../../src/plan/parse-plan.ts";
import { cpuTime } from "../../cpu-time.ts";
import { code, deriveText, planOf } from "../derived.ts";

/** Derived edges without their kinds, and without those that only place a task. */
const edgesOf = (text: string): string[] => [
  ...new Set(
    deriveText(text)
      .edges.filter((edge) => !/ (?:first-task|gate)$/.test(edge))
      .map((edge) => edge.split(" ")[0] ?? ""),
  ),
];

const lettered = (outside: string, inside = "") =>
  `# Plan\n\n${outside}\n\n${["A3", "A4", "B1", "B2"].map((number) => `### Task ${number}: Of ${number.toLowerCase()}\n\n${number === "B2" ? inside : ""}\n`).join("\n")}`;
const dotted = (inside: string) =>
  `# Plan\n\n### Task 1.1: Alpha\n\n### Task 1.2: Beta\n\n### Task 1.3: Gamma\n\n${inside}\n`;
const plain = (outside: string) =>
  `# Plan\n\n${outside}\n\n${planOf(["Alpha"], ["Beta"], ["Gamma"], ["Delta"])}`;

describe("numbers of tasks without the word", () => {
  test.each([
    ["Prerequisite: A3 must be done.", ["A3>B2"]],
    ["Requires A3 and B1 complete.", ["A3>B2", "B1>B2"]],
    ["Only start once A3 and A4 are complete", ["A3>B2", "A4>B2"]],
    ["- **After A3**, wire the two together.", ["A3>B2"]],
    ["Do not start before A3 has landed.", ["A3>B2"]],
    ["This task needs A3–B1.", ["A3>B2", "A4>B2", "B1>B2"]],
    ["B2 is blocked by A4.", ["A4>B2"]],
    ["Small change (after A3).", ["A3>B2"]],
    ["Wait until B1 is green, then run.", ["B1>B2"]],
    ["Can't be started until A3 and B1 are done.", ["A3>B2", "B1>B2"]],
    ["Not before A3.", ["A3>B2"]],
    ["Needs A3's schema and B1's routes.", ["A3>B2", "B1>B2"]],
    ["Requires A3 (for the schema) and B1 (for the routes).", ["A3>B2", "B1>B2"]],
    ["Requires both A3 and\nB1 to be complete.", ["A3>B2", "B1>B2"]],
    ["It requires that A3 is complete.", ["A3>B2"]],
    ["Depends upon A3.", ["A3>B2"]],
    ["Unlike A3, this needs no database.", []],
    ["No need to wait for A3.", []],
    ["Does not require A3.", []],
    ["Requires A3 only if the cache is on.", []],
    ["Requires A3 or A4.", []],
    ["Requires A3 and S3 to be reachable.", []],
    ["Would need A3.", []],
    ["After A3, if it is there, read it.", []],
    ["The layout of A3 stays.", []],
  ])("a task's text names tasks by numbers with letters: %s", (sentence, expected) => {
    expect(edgesOf(lettered("", sentence))).toEqual(expected);
  });

  test.each([
    ["After 1.1 and 1.2.", ["1.1>1.3", "1.2>1.3"]],
    ["Requires 1.1.", ["1.1>1.3"]],
    ["Starts after 1.2.", ["1.2>1.3"]],
    ["Requires 1.1 MB of memory.", []],
    ["Upgrades from 1.1 to 1.2 after 1.2 is out.", []],
    ["After 1.2 seconds, retry.", []],
    ["Requires Python 1.1.", []],
    ["Requires version 1.2 or later.", []],
    ["Needs 1.2s.", []],
  ])("a task's text names tasks by numbers with dots: %s", (sentence, expected) => {
    expect(edgesOf(dotted(sentence))).toEqual(expected);
  });

  test("an integer is a task only after the word", () => {
    const text = (sentence: string) => edgesOf(planOf(["Alpha"], ["Beta"], ["Gamma", sentence]));
    expect(text("Requires 1 and 2 complete.")).toEqual([]);
    expect(text("Requires Task 1 complete.")).toEqual(["1>3"]);
  });

  test("a task that waits for a later one is not ordered before it", () => {
    expect(edgesOf(planOf(["Alpha"], ["Beta", "Requires Task 3 complete."], ["Gamma"]))).not.toContain("2>3");
  });

  test.each([
    ["B2 requires A3 and A4.", ["A3>B2", "A4>B2"]],
    ["B1 and B2 can start once A3 is done.", ["A3>B1", "A3>B2"]],
    ["Once A3 is done, B1 and B2 can start.", ["A3>B1", "A3>B2"]],
    ["A3 → B1 → B2", ["A3>B1", "B1>B2"]],
    ["B2 cannot start until A3 and B1 are done.", ["A3>B2", "B1>B2"]],
    ["Do A3 first, then A4.", ["A3>A4"]],
    ["Only after A3 and A4 can B1 begin.", ["A3>B1", "A4>B1"]],
    ["- B1: after A3\n- B2: after B1", ["A3>B1", "B1>B2"]],
    ["B2 no longer depends on A3.", []],
    ["Neither B1 nor B2 needs A3.", []],
    ["B2 does not need A3.", []],
    ["If B2 needs A3, say so.", []],
    ["B2 might need A3.", []],
    ["B2 needs A3 and X9.", []],
    ["Figure B2 needs A3.", []],
  ])("a sentence outside of tasks names tasks by numbers with letters: %s", (sentence, expected) => {
    expect(edgesOf(lettered(sentence))).toEqual(expected);
  });
});

describe("statements outside of tasks", () => {
  test.each([
    "Task 4 can't begin before Tasks 2 and 3 are complete.",
    "Task 4 cannot start until Tasks 2 and 3 are done.",
    "Don't start Task 4 until Tasks 2 and 3 are done.",
    "Tasks 2 and 3 are prerequisites for Task 4.",
    "Task 4 needs both 2 and 3.",
  ])("a sentence puts two tasks before another: %s", (sentence) => {
    expect(edgesOf(plain(sentence))).toEqual(["2>4", "3>4"]);
  });

  test.each([
    "Task 4 cannot start before Task 2 is done.",
    "Never start Task 4 before Task 2.",
    "Don't merge Task 4 before Task 2.",
    "Do not start Task 4 before Task 2 is finished.",
    "Task 4 won't work before Task 2 is done.",
    "Task 4 must wait until Task 2 is done.",
    "Task 4 can only begin when Task 2 is finished.",
    "Task 4 needs to wait for Task 2.",
    "Task 4 can't be done without Task 2.",
    "Task 2 is a prerequisite for Task 4.",
    "Task 2 is a prerequisite of Task 4.",
    "Task 2 needs to be done before Task 4.",
    "Start with Task 2, then Task 4.",
    "Neither Task 1 nor Task 3 needs Task 2, but Task 4 needs Task 2.",
  ])("a sentence puts one task before another: %s", (sentence) => {
    expect(edgesOf(plain(sentence))).toEqual(["2>4"]);
  });

  test.each([
    "Task 2 need not be done before Task 4.",
    "Task 2 needn't be done before Task 4.",
    "Task 4 can start before Task 2 is finished.",
    "Task 2 does not have to be finished before Task 4.",
    "Task 4 no longer depends on Task 2.",
    "Task 4 depends on neither Task 2 nor Task 3.",
    "Neither Task 3 nor Task 4 depends on Task 2.",
    "Task 4 used to depend on Task 2.",
    "Task 4 should avoid depending on Task 2.",
    "Does Task 4 depend on Task 2? No.",
    "Task 2 is not a prerequisite for Task 4.",
    "Tasks 2, 3 and 4 need not be done in order.",
    "Tasks 2 and 3 must be done in order to ship.",
  ])("a sentence orders no tasks: %s", (sentence) => {
    expect(edgesOf(plain(sentence))).toEqual([]);
  });

  test.each([
    ["Tasks 2, 3 and 4 must be done in order.", ["2>3", "3>4"]],
    ["Do Tasks 1-3 strictly in order.", ["1>2", "2>3"]],
    ["Tasks 1, 2 and 4 run sequentially.", ["1>2", "2>4"]],
    ["Critical path: 1 → 3 → 4", ["1>3", "3>4"]],
    ["All tasks depend on Task 1 except Task 3.", ["1>2", "1>4"]],
    ["All other tasks depend on Task 1.", ["1>2", "1>3", "1>4"]],
    ["All tasks except Task 3 need Task 1.", ["1>2", "1>4"]],
  ])("a sentence orders several tasks: %s", (sentence, expected) => {
    expect(edgesOf(plain(sentence))).toEqual(expected);
  });

  test.each([
    ["After Task 1, Tasks 2 and 3 can run in parallel.", ["1>2", "1>3"]],
    ["Tasks 2 and 3 can start once Task 1 is done.", ["1>2", "1>3"]],
    ["Once Task 1 and Task 2 are done, start Task 4.", ["1>4", "2>4"]],
    ["After Task 1, Task 2 and Task 3 are done, Task 4 can start.", ["1>4", "2>4", "3>4"]],
    ["After Tasks 1, 2 and 3, Task 4 runs alone.", ["1>4", "2>4", "3>4"]],
    ["As soon as Task 1 lands, Task 2 can start, then Task 3.", ["1>2", "2>3"]],
    ["Tasks 2 and 3 can start as soon as Task 1 is merged.", ["1>2", "1>3"]],
    ["With Task 1 done, Tasks 2 and 3 can go in parallel.", ["1>2", "1>3"]],
    ["Start with Task 1, then Tasks 2 and 3 in parallel, then Task 4.", ["1>2", "1>3", "2>4", "3>4"]],
    ["Until Task 1 is done, Tasks 2 and 3 must wait.", ["1>2", "1>3"]],
    ["Not until Task 1 is merged can Task 2 begin.", ["1>2"]],
    ["Tasks 2 and 3 are independent of each other, but both need Task 1.", ["1>2", "1>3"]],
    ["After Task 1 is done, Task 2 can run in parallel with Task 3.", ["1>2"]],
    ["Until Task 1 is done, Task 2 has a stub.", []],
    ["When Task 1 changes the file, Task 2 reads it.", []],
    ["After Task 1, nothing is left to do.", []],
    ["If Task 3 depends on Task 1, move it.", []],
    ["Task 3 would depend on Task 1 otherwise.", []],
  ])("a sentence with a condition orders tasks: %s", (sentence, expected) => {
    expect(edgesOf(plain(sentence))).toEqual(expected);
  });

  test.each([
    ["**Execution order:** 1 → 2 → 4", ["1>2", "2>4"]],
    ["**Order:** 1, 2, then 3 and 4 in parallel", ["1>2", "2>3", "2>4"]],
    ["Sequence: Task 1, then Task 2", ["1>2"]],
    ["- Dependency chain: 1 -> 2, 3 -> 4", ["1>2", "1>3", "2>4", "3>4"]],
    ["Recommended order: 1 (schema), 2 (routes), then 4.", ["1>2", "2>4"]],
    ["**Run order**:\n1 → 3", ["1>3"]],
    ["## Execution Order\n\n1 → 3", ["1>3"]],
    ["Execution order: 1-3, then 4", ["1>4", "2>4", "3>4"]],
    ["Order: 1 and 2 in parallel, then 3", ["1>3", "2>3"]],
    ["**Order of execution:** 1 → (2 ∥ 3) → 4", ["1>2", "1>3", "2>4", "3>4"]],
    ["Order: 1. Alpha → 2. Beta → 3. Gamma", ["1>2", "2>3"]],
    ["Execution order: 1 first, then 2 and 3, finally 4", ["1>2", "1>3", "2>4", "3>4"]],
    ["**Sequence:** 1; 2; 3", ["1>2", "2>3"]],
    ["Dependency graph:\n\n- 1 → 2\n- 1 → 3\n", ["1>2", "1>3"]],
    ["Execution order: 1 → 2 → 4. Task 3 is independent.", ["1>2", "2>4"]],
    ["Order matters: 1, 2", []],
    ["Order: any", []],
    ["Order: 1 → 2 → 7", []],
    ["Order: newest first, 1, 2 per page", []],
    ["Order: 1, 2 and 3 in any order", []],
    ["Sort order: 1, 2, 3", []],
    ["Order: 2 ← 1", []],
  ])("a labelled sequence orders tasks: %s", (line, expected) => {
    expect(edgesOf(plain(line))).toEqual(expected);
  });

  test.each([
    ["A3 -> A4 -> B1", ["A3>A4", "A4>B1"]],
    ["All of it:\nA3 -> A4, B1\nB1 -> X7", ["A3>A4", "A3>B1"]],
    ["A3 -> A4 -> S3", []],
  ])("a block with lettered numbers orders tasks: %j", (text, expected) => {
    expect(edgesOf(lettered(code("", text)))).toEqual(expected);
  });

  test.each([
    ["1 -> 2 -> 3", ["1>2", "2>3"]],
    ["1 → 2, 3\n\n2 + 3 --> 4", ["1>2", "1>3", "2>4", "3>4"]],
    ["# in order\n1 -> 2;\n2 ──▶ 3 // last", ["1>2", "2>3"]],
    ["1 file -> 2 files", []],
    ["2 > 1", []],
    ["1 -> 2\nretry -> 3", []],
    ["1 -> 2 -> 9", []],
    ["1\n2", []],
  ])("a block with integers orders tasks: %j", (text, expected) => {
    expect(edgesOf(plain(code("", text)))).toEqual(expected);
  });

  test.each([
    ["all except 3", ["1>4", "2>4"]],
    ["all but 3", ["1>4", "2>4"]],
    ["all tasks but Task 3", ["1>4", "2>4"]],
    ["every other task apart from 2", ["1>4", "3>4"]],
    ["Tasks 1-3, but not Task 2", ["1>4", "3>4"]],
    ["none except Task 1", ["1>4"]],
    ["none", []],
  ])("a table's column of dependencies has exceptions: %s", (value, expected) => {
    expect(edgesOf(plain(`| Task | Depends on |\n|---|---|\n| 4 | ${value} |\n`))).toEqual(expected);
  });

  test("hostile sentences are read quickly", () => {
    const hostile = [
      `Order: ${"1 ".repeat(20_000)}`,
      `Order:${" (".repeat(20_000)}`,
      `After Task 1${", Task 2".repeat(5_000)}`,
      `Requires ${"A3, ".repeat(20_000)}x`,
      `Once ${"Task 1 ".repeat(5_000)}`,
      `Task 1 then ${"then ".repeat(20_000)}`,
      `${"(".repeat(20_000)} after A3`,
      `${"requires\n".repeat(5_000)}A3`,
      `all ${"(".repeat(20_000)}`,
      `All tasks need Task 1${" ,".repeat(20_000)}`,
      `| Task | Depends on |\n|---|---|\n| A3 | all${"( ,".repeat(20_000)} |`,
      `not start ${"Task 1, ".repeat(5_000)}`,
      "Order: 1 → 2\n".repeat(2_000),
    ].join("\n\n");
    const { plan } = parsePlan(lettered(hostile, hostile), "plan.md");
    expect(cpuTime(() => derive(plan))).toBeLessThan(2_000);
  });
});
