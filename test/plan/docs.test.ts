import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { derive } from "../../src/derive/derive.ts";
import { parsePlan } from "../../src/plan/parse-plan.ts";

test("the plan of docs/plans.md gives the stages and dependencies that the picture below it shows", () => {
  const page = readFileSync(new URL("../../docs/plans.md", import.meta.url), "utf8");
  const [, shown = ""] = /^```markdown\n(.*?)^```$/ms.exec(page) ?? [];
  const [, picture = ""] = /^```mermaid\n(.*?)^```$/ms.exec(page) ?? [];
  const { edges, stages, unexplained } = derive(parsePlan(shown, "plan.md").plan);
  const drawn = [...picture.matchAll(/t(\d+) --> t(\d+)/g)].map(([, from, to]) => `${from}>${to}`);
  expect([...new Set(edges.map(({ from, to }) => `${from}>${to}`))].sort()).toEqual(drawn.sort());
  expect(stages).toHaveLength([...picture.matchAll(/subgraph/g)].length);
  expect(unexplained).toEqual([]);
});
