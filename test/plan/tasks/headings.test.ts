import { describe, expect, test } from "vitest";
import { derive } from "../../../src/derive/derive.ts";
import { parsePlan } from "../../../src/plan/parse-plan.ts";
import { noTasksProblem } from "../../../src/plan/tasks/no-tasks.ts";

test.each([
  ["## Task 4 (leaf, parallel): Feed", "4", "Feed"],
  ["### TASK 3 — Ledger", "3", "Ledger"],
  ["## [ ] Task 3: Script", "3", "Script"],
  ["### Task 1：配置模型", "1", "配置模型"],
  ["## Task 4（可选）：图表", "4", "图表"],
  ["#### Task Group 2: Database", "2", "Database"],
  ["### TASK-002: Audit", "002", "Audit"],
  ["### Task 13/20: Fence", "13", "Fence"],
  ["### Task 2 of 5 — Fence", "2", "Fence"],
  ["### Task Five: Fence", "5", "Fence"],
  ["### 5. Task: Fence", "5", "Fence"],
  ["### 2. Task 7: Fence", "7", "Fence"],
  ["### Phase 1 / Task 3: Fence", "3", "Fence"],
  ["### Phase 2: Task 3 — Fence", "3", "Fence"],
  ["### 任务 3：围栏", "3", "围栏"],
  ["### 任务二：围栏", "2", "围栏"],
  ["### タスク1: 柵", "1", "柵"],
  ["## Tarefa 1 — Cerca", "1", "Cerca"],
  ["# Task 1: Fence", "1", "Fence"],
  ["##### Task 1: Fence", "1", "Fence"],
  ["### ✅ Task 1a: Fence", "1a", "Fence"],
  ["Task 1: Fence\n-------------", "1", "Fence"],
])("%s", (heading, number, title) => {
  expect(parsePlan(`# P\n\n${heading}\n`, "p.md").plan.tasks).toMatchObject([{ number, title }]);
});

test.each(["### Task 3 Outputs of it", "### Task 3 完了", "### Task One Output", "### タスク100%確認"])(
  "%s behind task 3 is about it",
  (heading) => {
    expect(parsePlan(`### Task 3: A\n\n${heading}\n`, "p.md").plan.tasks).toHaveLength(1);
  },
);

const read = (text: string) => {
  const { plan, problems } = parsePlan(text, "p.md");
  return {
    ids: plan.tasks.map(({ id }) => id),
    warned: problems.map(({ code, place }) => `${code}:${place.line}`),
  };
};

test("headings called `T1: Title` are tasks where none says more, and are named so", () => {
  const { plan, problems } = parsePlan("# P\n\n### T1: A\n\n### T2: B\n\n**Depends on**: T1\n", "p.md");
  expect(plan.tasks).toMatchObject([
    { id: "task-t1", number: "T1", title: "A" },
    { id: "task-t2", number: "T2", title: "B" },
  ]);
  expect(problems).toEqual([]);
  expect(derive(plan).edges).toMatchObject([{ from: 0, to: 1, kind: "field" }]);
});

test("one such heading alone is none", () => {
  expect(read("# P\n\n### T1: A\n").ids).toEqual([]);
});

test.each([
  "### T12: B",
  "### Tasks 4-6: B",
  "### Task: B",
  "### 2. Task — B",
  "# Task 2: B",
  "##### Task 2: B",
  "### 2. B",
  "**Task 2: B**",
])("%s beside tasks is not read, and said", (heading) => {
  const text = `# P\n\n### Task 1: A\n\n${heading}\n`;
  expect(read(text)).toEqual({ ids: ["task-1"], warned: ["unread-heading:5"] });
});

test.each([
  "##### Task 1: more",
  "#### T1: a threat",
  "### T1: a threat",
  "## Task order",
  "### 7. Notes",
  "### 1. Notes",
  "**Task 1: more**",
  "**Tasks**",
  "- **Task 2: a step**",
  "### Tasks 1–3: all",
  "### Tasks",
  "### Task list: all",
])("%s beside tasks is another heading", (heading) => {
  const text = `# Task 9: P\n\n### Task 1: A\n\n${heading}\n`;
  expect(read(text)).toEqual({ ids: ["task-1"], warned: [] });
});

describe("a task that says it is not to be done is left out, and said", () => {
  test.each([
    "### Task 2: B (SKIP)",
    "### Task 2: B (cancelled)",
    "### Task 2: B (cancelled: too slow)",
    "### Task 2: B [DROPPED]",
    "### Task 2: B (superseded by Task 1)",
    "### Task 2: B — DROPPED, see below",
    "### Task 2: B (won't do)",
    "### Task 2: Cancelled — not needed",
    "### ~~Task 2: B~~ (canceled)",
    "### ~~Task 2: B~~ [ABANDONED]",
    "### Task 2: B\n\nCancelled — not needed.",
    "### Task 2: B\n\n**Status:** ABANDONED",
    "### Task 2: B\n\n> **Won't do:** too slow",
    "### Task 2: B [REMOVED]",
    "### Task 2: B (deferred)",
    "### Task 2: B (deferred to v2)",
    "### Task 2: B — deferred to v2",
    "### Task 2: B (out of scope)",
    "### Task 2: B (on hold)",
    "### Task 2: B\n\n**Status:** deferred",
    "### Task 2: B\n\n**Files:** `a.ts`\n\n- **Status:** cancelled",
    "### Task 2: B\n\nThis task was cancelled.",
    "### Task 2: B\n\nDeferred until the API is there.",
  ])("%j", (task) => {
    const text = `# P\n\n### Task 1: A\n\n${task}\n\n### Task 3: C\n`;
    expect(read(text)).toEqual({ ids: ["task-1", "task-3"], warned: ["task-left-out:5"] });
  });

  test.each([
    "### ~~Task 2: B~~",
    "### Task 2: Cancelled orders",
    "### Task 2: CANCELLED error mapping",
    "### Task 2: Count (skipped) entries",
    "### Task 2: Orders\n\nCancelled orders stay in the list.",
    "### Task 2: Orders\n\nSkip: nothing.",
    "### Task 2: Deferred jobs",
    "### Task 2: Deferred: load images",
    "### Task 2: Orders\n\nRemoved: the old list.",
    "### Task 2: Orders\n\nDeferred jobs are shown.",
    "### Task 2: Orders\n\n**Status:** done",
  ])("%j is carried out", (task) => {
    const text = `# P\n\n### Task 1: A\n\n${task}\n`;
    expect(read(text)).toEqual({ ids: ["task-1", "task-2"], warned: [] });
  });
});

test("the numbers of tasks that are left out are known", () => {
  const leftOut = (text: string) => parsePlan(text, "p.md").plan.leftOut;
  expect(leftOut("### Task 1: A\n\n### Task A2: B (cancelled)\n\n### Task 3: C (skip)\n")).toEqual([
    "A2",
    "3",
  ]);
  expect(leftOut("### Task 1: A\n")).toBeUndefined();
});

test("of two tasks of one number, both lines are said", () => {
  const { plan, problems } = parsePlan("### Task 1: A\n\n### Task 1: B\n", "p.md");
  expect(plan.tasks.map(({ id }) => id)).toEqual(["task-1", "task-1-2"]);
  expect(problems).toMatchObject([
    { code: "duplicate-task", place: { line: 3 }, related: [{ place: { line: 1 } }] },
  ]);
});

test.each([
  ["### 1.1 Foo", "### Task 1.1: Foo"],
  ["### Step 1: Foo", "### Task 1: Foo"],
  ["## 2. Foo", "## Task 2: Foo"],
])("of a plan without tasks it is said what to write for %s", (heading, task) => {
  const { hint } = noTasksProblem(`# P\n\n## Goal\n\n${heading}\n`, "p.md");
  expect(hint).toContain(`for "${heading}" write "${task}"`);
});
