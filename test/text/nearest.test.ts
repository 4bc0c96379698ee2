import { expect, test } from "vitest";
import { nearest } from "../../src/text/nearest.ts";

test.each([
  ["mdoe", ["mode", "tier"], "mode"],
  ["DEPENDS", ["depends"], "depends"],
  ["task-12", ["task-1", "task-2", "other"], "task-1"],
  ["tak", ["task", "x"], "task"],
  ["ID", ["id"], "id"],
])("%s among %j suggests %s", (name, known, meant) => {
  expect(nearest(name, known)).toBe(meant);
});

test.each([
  ["y", ["x"]],
  ["t1", ["t2", "a", "b"]],
  ["", ["a", "ab"]],
  ["abc", ["xyc"]],
  ["nothing", ["like", "it"]],
  ["x".repeat(101), ["x".repeat(100)]],
  ["a", []],
])("%s among %j suggests nothing", (name, known) => {
  expect(nearest(name, known)).toBeUndefined();
});
