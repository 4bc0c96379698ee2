import { expect, test } from "vitest";
import { parsePlan } from "../../src/plan/read-plan.ts";

test.each([
  ["## Task 4 (leaf, parallel): Feed", "4", "Feed"],
  ["### TASK 3 — Ledger", "3", "Ledger"],
  ["## [ ] Task 3: Script", "3", "Script"],
  ["### Task 1：配置模型", "1", "配置模型"],
  ["## Task 4（可选）：图表", "4", "图表"],
  ["#### Task Group 2: Database", "2", "Database"],
  ["### TASK-002: Audit", "002", "Audit"],
])("%s", (heading, number, title) => {
  expect(parsePlan(`# P\n\n${heading}\n`, "p.md").plan.tasks).toMatchObject([{ number, title }]);
});

test.each(["### Task 3 Outputs of it", "### Task 3 完了"])("%s behind task 3 is about it", (heading) => {
  expect(parsePlan(`### Task 3: A\n\n${heading}\n`, "p.md").plan.tasks).toHaveLength(1);
});
