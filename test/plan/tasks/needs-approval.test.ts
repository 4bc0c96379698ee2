import { describe, expect, test } from "vitest";
import { approvalIn } from "../../../src/plan/tasks/needs-approval.ts";

describe("a task that a person must agree to", () => {
  test.each([
    "**Irreversible — confirm with user before running.**",
    "Irreversible: ask first.",
    "> Ask the maintainer before you run this.",
    "This needs the owner's approval before executing.",
    "Get sign-off before proceeding.",
  ])("says %s", (line) => {
    expect(approvalIn(`Text before.\n\n${line}\n`)).toBe(line.replace(/[*>]/g, "").trim());
  });

  test.each([
    "Ask the user for a name, and print it.",
    "Gate wrappers stand around each irreversible operation.",
    "The command asks the user to approve clusters before synthesis.",
    "Run the tests before you start.",
  ])("does not say %s", (line) => {
    expect(approvalIn(line)).toBeUndefined();
  });
});
