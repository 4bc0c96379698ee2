import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parsePlan } from "../../src/plan/parse-plan.ts";
import { corpus, expectedPlans, hasCorpus } from "../corpus.ts";

describe.skipIf(!hasCorpus)("on real plans", () => {
  test.each(expectedPlans().map((plan) => [plan.name, plan] as const))(
    "%s: the tasks are its author's",
    (name, plan) => {
      const file = join(corpus, `${name}.md`);
      const { tasks } = parsePlan(readFileSync(file, "utf8"), file).plan;
      const ids = plan.stages.flatMap((stage) => stage.tasks.map(({ id }) => id));
      const found = tasks.filter(({ asksFirst }) => asksFirst === undefined).map(({ id }) => id);
      expect(found.sort()).toEqual([...ids].sort());
    },
  );
});
