import { describe, expect, test } from "vitest";
import { judgeOutput, parseHandOver, parseVerdict } from "../../../src/engines/agent/verdict.ts";
import { cpuTime } from "../../cpu-time.ts";

describe("a verdict", () => {
  test.each([
    ["VERDICT: CLEAN", "CLEAN", ""],
    ["All done.\n\nVERDICT: CLEAN\n\n\n", "CLEAN", ""],
    ["VERDICT:CLEAN", "CLEAN", ""],
    ["VERDICT: CLEAN.", "CLEAN", ""],
    ["VERDICT: CLEAN\r\n", "CLEAN", ""],
    ["```\nVERDICT: CLEAN\n```\n", "CLEAN", ""],
    ["~~~\nVERDICT: CLEAN\n~~~", "CLEAN", ""],
    ["**VERDICT: CLEAN**", "CLEAN", ""],
    ["**VERDICT:** CLEAN", "CLEAN", ""],
    ["VERDICT: **CLEAN**", "CLEAN", ""],
    ["__VERDICT: CLEAN__", "CLEAN", ""],
    ["`VERDICT: CLEAN`", "CLEAN", ""],
    ["> VERDICT: CLEAN", "CLEAN", ""],
    ["- `VERDICT: CLEAN`", "CLEAN", ""],
    ["### VERDICT: CLEAN", "CLEAN", ""],
    ["VERDICT: NEEDS_ATTENTION tests are slow", "NEEDS_ATTENTION", "tests are slow"],
    ["VERDICT: NEEDS_ATTENTION: tests are slow", "NEEDS_ATTENTION", "tests are slow"],
    ["VERDICT: NEEDS_ATTENTION — tests are slow", "NEEDS_ATTENTION", "tests are slow"],
    ["**VERDICT: NEEDS_ATTENTION** see `x`", "NEEDS_ATTENTION", "see `x`"],
    ["VERDICT: NEEDS_ATTENTION", "NEEDS_ATTENTION", ""],
    ["VERDICT: QUESTION which port, 80 or 8080?", "QUESTION", "which port, 80 or 8080?"],
    ["VERDICT: QUESTION - `a` or `b`?", "QUESTION", "`a` or `b`?"],
    ["VERDICT: QUESTION -1 or 0?", "QUESTION", "-1 or 0?"],
    ["**VERDICT: QUESTION which?**", "QUESTION", "which?"],
    ["VERDICT: NEEDS_ATTENTION no\nVERDICT: CLEAN", "CLEAN", ""],
  ])("of %j is %s %j", (output, word, text) => {
    expect(parseVerdict(output)).toMatchObject({ word, text });
  });

  test.each([
    "VERDICT:",
    "VERDICT: PASS",
    "VERDICT: clean",
    "VERDICT: CLEANUP",
    "VERDICT: CLEAN-ISH",
    "VERDICT: CLEAN_ENOUGH",
    "VERDICT: CLEAN but for the tests, which fail",
    "VERDICT: CLEAN, 3 tests fail",
    "VERDICT: NOT CLEAN",
    "VERDICT: QUESTIONABLE",
    "VERDICT: CLEAN|NEEDS_ATTENTION|QUESTION",
  ])("of %j is unknown", (line) => {
    expect(parseVerdict(line)).toEqual({ word: undefined, text: "", line });
  });

  test.each([
    "",
    "\n\n",
    "```\n```",
    "VERDICT: CLEAN\nBut wait.",
    "The verdict is CLEAN",
    "MY VERDICT: CLEAN",
    "verdict: clean",
    "End with VERDICT: CLEAN",
  ])("is not found in %j", (output) => {
    expect(parseVerdict(output)).toBeUndefined();
  });

  test("includes its line, made printable", () => {
    expect(parseVerdict("**VERDICT: QUESTION \u001b[1mwhy\u001b[0m\u202e?**")).toMatchObject({
      text: "why\ufffd?",
      line: "**VERDICT: QUESTION why\ufffd?**",
    });
  });

  test("is read in linear time from any line", () => {
    for (const part of [" ", "*", "`", "> ", "_", "-", ": "]) {
      const line = `VERDICT: QUESTION${part.repeat(500_000)}x`;
      const time = cpuTime(() => {
        parseVerdict(line);
        parseVerdict(part.repeat(500_000) + line);
        parseHandOver(part.repeat(500_000) + line);
      });
      expect(time).toBeLessThan(5000);
    }
  });
});

describe("a hand-over", () => {
  test.each([
    ["# Done\n\n## Hand-over\n\nUse `x`.\nAnd y.\n\nVERDICT: CLEAN\n", "Use `x`.\nAnd y."],
    ["#### HAND-OVER\nUse x.", "Use x."],
    ["## **Hand-over**\nUse x.", "Use x."],
    ["## Handover for those who come\nUse x.", "Use x."],
    ["Hand-over: use x\nVERDICT: CLEAN", "use x"],
    ["HAND-OVER:\nuse x\n", "use x"],
    ["**Hand-over:** use x", "use x"],
    ["**Hand-over**\nuse x", "use x"],
    ["## Hand-over\nold\n## Hand-over\nnew\n\n`VERDICT: CLEAN`\n", "new"],
    [
      "## Hand-over\nSay `VERDICT: CLEAN`:\nVERDICT: x\nat the end.\n**VERDICT: CLEAN**",
      "Say `VERDICT: CLEAN`:\nVERDICT: x\nat the end.",
    ],
    ["## Hand-over\n```\ncode\n```", "```\ncode\n```"],
  ])("of %j is %j", (output, text) => {
    expect(parseHandOver(output)).toBe(text);
  });

  test.each([
    "",
    "## Hand-over\n\nVERDICT: CLEAN",
    "Hand-over of the keys is done.",
    "VERDICT: CLEAN",
    "I wrote the hand-over: it is short.",
  ])("is not found in %j", (output) => {
    expect(parseHandOver(output)).toBeUndefined();
  });

  test("has at most 4000 characters, with a note of what was cut", () => {
    const cut = parseHandOver(`## Hand-over\n${"🦀".repeat(4000)}\nVERDICT: CLEAN`) ?? "";
    expect(cut.length).toBeLessThanOrEqual(4000);
    expect(cut).toMatch(/^(🦀)+\n\[… 4\d\d\d characters cut …\]$/u);
  });
});

describe("the outcome of a successful attempt", () => {
  test.each([
    ["VERDICT: CLEAN", { status: "pass" }],
    ["VERDICT: NEEDS_ATTENTION slow", { status: "warn", reason: "slow" }],
    ["VERDICT: NEEDS_ATTENTION", { status: "warn", reason: "the agent says that its work needs attention" }],
    ["VERDICT: QUESTION why?", { status: "question", reason: "why?" }],
    [
      "VERDICT: FINE",
      {
        status: "fail",
        failure: "task",
        reason: 'expected a verdict of CLEAN, NEEDS_ATTENTION, QUESTION, found "VERDICT: FINE"',
      },
    ],
  ])("with %j is %j, for agents and commands", (output, outcome) => {
    expect(judgeOutput(output, "agent")).toEqual({ ...outcome, verdict: output });
    expect(judgeOutput(output, "command")).toEqual({ ...outcome, verdict: output });
  });

  test("without a verdict is a pass for a command and a warning for an agent", () => {
    expect(judgeOutput("done", "command")).toEqual({ status: "pass" });
    expect(judgeOutput("done", "agent")).toEqual({
      status: "warn",
      reason: "the agent ended without a verdict",
    });
  });

  test("includes the hand-over", () => {
    expect(judgeOutput("Hand-over: x\nVERDICT: CLEAN", "agent")).toMatchObject({
      status: "pass",
      hand_over: "x",
    });
  });

  test("has a reason of one line and at most 500 characters", () => {
    const { reason = "" } = judgeOutput(`VERDICT: QUESTION ${"why? ".repeat(1000)}`, "agent");
    expect(reason).toHaveLength(500);
    expect(reason).toMatch(/^why\?.*…$/);
  });
});
