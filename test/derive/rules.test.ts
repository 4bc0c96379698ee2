import { expect, test } from "vitest";
import { fallbackRules, inferenceRules, statedRules } from "../../src/derive/rules.ts";

test("the kinds of evidence in `plan --json` stay as they are", () => {
  const rules = [...statedRules, ...inferenceRules, ...Object.values(fallbackRules)];
  expect(new Set(rules.map(({ kind }) => kind))).toEqual(
    new Set([
      ...["field", "graph", "statement", "mention", "interface", "created-file", "import", "symbol"],
      ...["name", "scaffold", "wiring", "test-of", "shared-file", "first-task", "gate"],
    ]),
  );
});
