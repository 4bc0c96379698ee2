import { describe, expect, test } from "vitest";
import { derive } from "../../../src/derive/derive.ts";
import { buildManifest } from "../../../src/derive/derived-manifest.ts";
import { parsePlan } from "../../../src/plan/parse-plan.ts";
import { planProblems } from "../../../src/sync/plan-problems.ts";
import { deriveText, planOf } from "../derived.ts";

describe("fields that name tasks", () => {
  test.each([
    ["by title", "Alpha", ["1>3"]],
    ["by titles among words", "`alpha`, Beta and more.", ["1>3", "2>3"]],
    ["by titles with and", "Alpha and Beta", ["1>3", "2>3"]],
    ["as the previous one", "the previous task", ["2>3"]],
    ["as previous tasks", "previous tasks", ["1>3", "2>3"]],
    ["by a number with a remark", "Task 1 (its types), because Beta is slow", ["1>3"]],
    ["by id", "task-2", ["2>3"]],
    ["by titles in quotes", '"Alpha" and “Beta”', ["1>3", "2>3"]],
    ["except one struck through", "Task 1, ~~Task 2~~", ["1>3"]],
    ["except an optional one", "Task 1 — Task 2 is optional", ["1>3"]],
    ["except one that is not required", "Task 1; Task 2 is not required", ["1>3"]],
    ["except those that it blocks", "Task 1. Blocks Task 2.", ["1>3"]],
    ["except those that it unblocks", "Task 1 · Unblocks: Task 2", ["1>3"]],
    ["by a range with spaces around the dash", "Task 1 – Task 2", ["1>3", "2>3"]],
    ["as all of the above", "all of the above", ["1>3", "2>3"]],
  ])("a field names tasks %s", (_, value, edges) => {
    const text = planOf(["Alpha"], ["Beta"], ["Gamma", `**Depends on:** ${value}`]);
    expect(deriveText(text).edges).toEqual(edges.map((edge) => `${edge} field`));
  });

  test.each([
    "**Depends on:**\n- Task 1\n- Task 2",
    "**Depends on:**\n\n* [ ] Task 1: its types\n* Beta",
    "Depends on:\n  - 1\n  - 2\n\nMore of it.",
    "#### Depends on\n\n- Task 1\n- Task 2\n",
    "#### Dependencies\n* Task 1: its types\n* Task 2\n\n#### Steps\n",
  ])("a field's value may be a list below it: %j", (body) => {
    const text = planOf(["Alpha"], ["Beta"], ["Gamma", body]);
    expect(deriveText(text).edges.filter((edge) => edge.endsWith("field"))).toEqual([
      "1>3 field",
      "2>3 field",
    ]);
  });

  test.each([
    "**Deps:** 1, 2",
    "**Predecessors:** 1, 2",
    "depends_on: Task 1, Task 2",
    "**依赖:** 1, 2",
    "**依赖**：Task 1, Task 2",
  ])("a field may have another label: %s", (body) => {
    const text = planOf(["Alpha"], ["Beta"], ["Gamma", body]);
    expect(deriveText(text).edges).toEqual(["1>3 field", "2>3 field"]);
  });

  test("a field names tasks by ids among words if nothing else looks like these ids", () => {
    const text =
      "# P\n\n### Task A1: A\n\n### Task B1: B\n\n### Task C1: C\n\n**Blocked by:** A1 and the mail template (B1)\n";
    expect(deriveText(text).edges).toEqual(["A1>C1 field", "B1>C1 field"]);
  });

  test.each(["Task A, Task B", "Tasks A and B", "A, B", "Task A (a user) and B"])(
    "a field names tasks by letters: %s",
    (value) => {
      const text = `# P\n\n### Task A: X\n\n### Task B: Y\n\n### Task C: Z\n\n**Depends on:** ${value}\n`;
      expect(deriveText(text).edges).toEqual(["A>C field", "B>C field"]);
    },
  );

  test("a sentence names a task by its letter, and the article `a` is not a task", () => {
    const text =
      "# P\n\nTask C depends on Task B. Task B is a task a user sees.\n\n### Task A: X\n\n### Task B: Y\n\n### Task C: Z\n";
    expect(deriveText(text).edges).toEqual(["B>C statement"]);
  });

  test.each(["Part 1", "everything in Part 1"])(
    "a field names tasks by the heading above them: %s",
    (value) => {
      const text = `# P\n\n## Part 1: Ground\n\n### Task 1: A\n\n### Task 2: B\n\n## Part 2: House\n\n### Task 3: C\n\n### Task 4: D\n\n**Depends on:** ${value}\n`;
      expect(deriveText(text).edges.filter((edge) => edge.includes(">4"))).toEqual([
        "1>4 field",
        "2>4 field",
      ]);
    },
  );
});

const problemsOf = async (text: string) => {
  const { plan } = parsePlan(text, "plan.md");
  const derivation = derive(plan);
  const problems = await planProblems(plan, derivation, buildManifest(plan, derivation));
  return problems.map(({ code, message, place }) => `${place.line} ${code}: ${message}`);
};

describe("fields that cannot be used", () => {
  const unread = (what: string) =>
    `9 unread-dependency: expected tasks of the plan as dependencies of task "task-2", found "${what}"`;
  test.each([
    ["**Depends on:** Task 7", '9 unknown-dependency: task "task-2" depends on unknown task "7"'],
    ["**Depends on:** Task 1, Task 99", '9 unknown-dependency: task "task-2" depends on unknown task "99"'],
    ["**Depends on:** Task 1 and B", '9 unknown-dependency: task "task-2" depends on unknown task "B"'],
    ["**Requires:** Task 12", '9 unknown-dependency: task "task-2" depends on unknown task "12"'],
    [
      "**Depends on:** Task 1, Task 2",
      '9 self-dependency: task "task-2" depends on itself in "Task 1, Task 2"',
    ],
    ["**Blocked by:** the user model", unread("the user model")],
    ["**Depends on:** TBD", unread("TBD")],
    ["```ts\nlet a;\n```\n\n**Depends on:** TBD", unread("TBD").replace("9", "13")],
  ])("a problem is reported for %s", async (body, expected) => {
    const lines = await problemsOf(planOf(["Alpha"], ["Beta", body]));
    expect(lines.filter((line) => !line.includes("no-evidence"))).toEqual([expected]);
  });

  test.each([
    "**Depends on:** none",
    "**Depends on:** —",
    "**Depends on:** Task 1 (as in Task 99 of the other plan)",
    "**Dependencies:** lodash, zod",
    "**Requires:** Node 20",
    "**Depends on:** 无",
    "**Depends on:** Task 1 and the Redis cluster",
    "**Dependencies:** #123",
    "**After:**\n\n```ts\nlet a;\n```",
    "**Depends on:** Task 1 – the types",
  ])("no problem is reported for %j", async (body) => {
    const lines = await problemsOf(planOf(["Alpha"], ["Beta", body]));
    expect(lines.filter((line) => !line.includes("no-evidence"))).toEqual([]);
  });

  test("a dependency on a task that is left out is reported", async () => {
    const text = planOf(["Alpha"], ["Beta (cancelled)"], ["Gamma", "**Depends on:** Task 1, Task 2, Task 9"]);
    expect(await problemsOf(text)).toEqual([
      '13 unknown-dependency: task "task-3" does not wait for task "2" (left out of the manifest)',
      '13 unknown-dependency: task "task-3" depends on unknown task "9"',
    ]);
  });

  test("a cycle is reported with the path that closes it", async () => {
    const text = planOf(
      ["Alpha", "**Depends on:** Task 3"],
      ["Beta", "**Depends on:** Task 1"],
      ["Gamma", "**Depends on:** Task 2"],
    );
    expect(await problemsOf(text)).toEqual([
      '11 dependency-cycle: task "task-3" depends on "task-2", which depends on it: "task-3" → "task-2" → "task-1" → "task-3"',
    ]);
    expect(deriveText(text).edges).toEqual(["3>1 field", "1>2 field"]);
  });

  test("a dependency on a later part of the plan is reported", async () => {
    const text =
      "# P\n\n## Wave 1: A\n\n### Task 1: A\n\n**Depends on:** Task 2\n\n## Wave 2: B\n\n### Task 2: B\n";
    expect(await problemsOf(text)).toEqual([
      '5 claim-contradicted: task "task-1" depends on "task-2", which is in a later part of the plan',
    ]);
  });

  test("of many cycles, a few are reported and the others counted", async () => {
    const tasks = Array.from({ length: 12 }, () => ["T", "**Depends on:** Tasks 1-12"] as const);
    const cycles = (await problemsOf(planOf(...tasks))).filter((line) => line.includes("dependency-cycle"));
    expect(cycles).toHaveLength(20);
    expect(cycles.at(-1)).toMatch(/; the same goes for 46 more$/);
  });
});

test("placing a task without evidence after the first task is reported", async () => {
  const text = planOf(
    ["Alpha", "**Files:**\n- Create: `a/one.ts`"],
    ["Beta"],
    ["Gamma", "**Depends on:** none"],
  );
  expect(await problemsOf(text)).toEqual([
    '8 no-evidence: the plan does not say what task "task-2" (Beta) depends on; placed after the first task, "task-1"',
  ]);
});

test.each([
  ["digits", `${"1".repeat(200)}!`],
  ["spaces", `Task 1${" ".repeat(50_000)}x`],
  ["brackets", `Task 1 ${"(".repeat(20_000)}`],
])("a field of many %s is read quickly", (_, value) => {
  expect(deriveText(planOf(["Alpha"], ["Beta", `**Depends on:** ${value}`])).stages).not.toEqual([]);
});

test("a task's files are never outside of the project", () => {
  const paths = [
    "src/../../a.ts",
    "./../x.ts",
    "/tmp/../etc/x.ts",
    "/root/.ssh/id.pub",
    "src/\u001b[31ma.ts",
  ];
  const { tasks } = parsePlan(
    planOf([
      "Alpha",
      `**Files:**\n${paths.map((path) => `- Create: \`${path}\``).join("\n")}\n- Create: \`src/a.ts\``,
    ]),
    "plan.md",
  ).plan;
  expect(tasks[0]?.files).toEqual(["src/a.ts"]);
});
