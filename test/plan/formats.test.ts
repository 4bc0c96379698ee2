import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { derive } from "../../src/derive/derive.ts";
import { derivedManifest } from "../../src/derive/derived-manifest.ts";
import { readPlan } from "../../src/plan/read-plan.ts";

const plans = fileURLToPath(new URL("../fixtures/plans", import.meta.url));

/** The manifest of a fixture, a line a task, and what is wrong with the plan. */
async function imported(name: string) {
  const { plan, problems } = await readPlan(join(plans, name));
  if (!plan) throw new Error("no plan");
  const { manifest } = derivedManifest(plan, derive(plan));
  const lines = manifest.stages.flatMap((stage) => [
    `[${stage.name}]`,
    ...stage.tasks.map(({ id, depends, files }) =>
      [id, ...(depends.length > 0 ? ["<-", depends.join(" ")] : []), ...files].join(" "),
    ),
  ]);
  return {
    plan,
    lines,
    mode: manifest.mode,
    problems: problems.map(({ code, message }) => `${code}: ${message}`),
  };
}

test("a superpowers plan: interfaces, verify blocks, committed files", async () => {
  const { plan, lines, problems } = await imported("superpowers.md");
  expect(problems).toEqual([]);
  expect(lines).toEqual([
    "[Stage 1]",
    "task-1 src/tokenizer.ts test/tokenizer.test.ts package.json",
    "[Stage 2]",
    "task-2 <- task-1 src/settings.ts",
    "task-3 <- task-1 src/counter.ts src/index.ts",
    "[Stage 3]",
    "task-4 <- task-2 task-3",
  ]);
  expect(plan.tasks[2]?.verify).toEqual([
    { run: "npm test", expect: "exit 0" },
    { run: "node src/index.js README.md", expect: 'contains "words"' },
  ]);
});

test("spec-kit's tasks.md: phases are stages, [P] runs together, and what contradicts it is said", async () => {
  const { plan, lines, problems } = await imported("spec-kit.md");
  expect(lines).toEqual([
    "[Phase 1: Setup (Shared Infrastructure)]",
    "task-t002 biome.json",
    "[Phase 2: Foundational]",
    "task-t003 src/models/note.ts",
    "task-t004 src/models/tag.ts",
    "task-t005 <- task-t003 src/store.ts",
    "task-t006 <- task-t005 src/routes.ts",
    "[Phase 3: User Story 1 - Notes]",
    "task-t007 src/pages/notes.ts",
    "task-t008 src/pages/notes.ts",
    "task-t009 src/pages/counts.ts",
  ]);
  expect(problems).toEqual([
    'unknown-dependency: "T009" depends on "t099", which the plan does not have',
    'claim-contradicted: "T007" and "T008" are marked [P] side by side, which is for tasks that run at the same time, and all write "src/pages/notes.ts"',
  ]);
  expect(plan.tasks[0]).toMatchObject({
    number: "T002",
    title: "Add linter configuration in biome.json",
    line: 6,
  });
});

test("GSD's plans of a phase: waves are stages, dependencies on other phases lie behind", async () => {
  const { plan, lines, problems } = await imported("gsd/03-03-PLAN.md");
  expect(lines).toEqual([
    "[Wave 1]",
    "task-03-01 src/index.ts src/query.ts",
    "task-03-02 src/index.ts",
    "[Wave 2]",
    "task-03-03 <- task-03-01 task-03-02 src/page.ts",
  ]);
  expect(problems).toEqual([
    'claim-contradicted: "03-01" and "03-02" are in wave 1, which is for tasks that run at the same time, and all write "src/index.ts"',
  ]);
  expect(plan.tasks.map(({ title }) => title)).toEqual(["Parse queries", "Rank results", "Show results"]);
  expect(plan.tasks[0]?.section).toContain("Task 1: Parser");
});

test("Task Master's tasks.json: dotted subtasks, tasks that are done, dangling dependencies, tags", async () => {
  const { lines, mode, problems } = await imported("tasks.json");
  expect(lines).toEqual([
    "[Stage 1]",
    "task-2.1 db/schema.sql",
    "[Stage 2]",
    "task-2.2 <- task-2.1 src/queries.ts",
    "[Stage 3]",
    "task-3 <- task-2.1 task-2.2",
  ]);
  expect(mode).toBe("all-sequential");
  expect(problems).toEqual([
    "plan-syntax: of the tags of this file, master is read, and not later",
    'unknown-dependency: "3" depends on "9", which the plan does not have',
  ]);
});

test("Kiro's tasks.md: innermost entries are tasks, the wave graph gives stages", async () => {
  const { lines, problems } = await imported("kiro.md");
  expect(lines).toEqual([
    "[Wave 1]",
    "task-1.1 db/schema.sql",
    "task-2.2 db/schema.sql src/page.ts",
    "[Wave 2]",
    "task-1.2 test/schema.test.ts",
  ]);
  expect(problems).toEqual([
    'claim-contradicted: "1.1" and "2.2" are in wave 1, which is for tasks that run at the same time, and all write "db/schema.sql"',
  ]);
});
