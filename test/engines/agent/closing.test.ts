import { describe, expect, test } from "vitest";
import { type Author, judgeOutput as judge, parseClosing } from "../../../src/engines/agent/closing.ts";
import { cpuTime } from "../../cpu-time.ts";

const parseVerdict = (output: string) => parseClosing(output).verdict;
const parseHandOver = (output: string) => parseClosing(output).handOver;
const judgeOutput = (output: string, author: Author) => judge(parseClosing(output), author);

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
    ["VERDICT: CLEAN\nThen it broke.\nVERDICT: NEEDS_ATTENTION red", "NEEDS_ATTENTION", "red"],
    ["Verdict: CLEAN", "CLEAN", ""],
    ["verdict: clean", "CLEAN", ""],
    ["Verdict: Needs attention: tests are slow", "NEEDS_ATTENTION", "tests are slow"],
    ["**Verdict:** `QUESTION` which port?", "QUESTION", "which port?"],
    ['"VERDICT: CLEAN"', "CLEAN", ""],
    ["“VERDICT: QUESTION which?”", "QUESTION", "which?"],
    ["1. VERDICT: CLEAN", "CLEAN", ""],
    ["✅ VERDICT: CLEAN", "CLEAN", ""],
    ["[agent] VERDICT: CLEAN", "CLEAN", ""],
    ["| VERDICT: NEEDS_ATTENTION red |", "NEEDS_ATTENTION", "red"],
    ["| Verdict | CLEAN |", "CLEAN", ""],
    ["\u001b[33mVERDICT: NEEDS_ATTENTION red\u001b[0m\n", "NEEDS_ATTENTION", "red"],
    ["VERDICT: NEEDS_ATTENTION red\n\u001b[0m\n", "NEEDS_ATTENTION", "red"],
    ["\u001b]8;;https://example.org\u0007VERDICT: CLEAN\u001b]8;;\u0007", "CLEAN", ""],
    ["working\rVERDICT: NEEDS_ATTENTION red\r\n", "NEEDS_ATTENTION", "red"],
    ["\ufeffVER\u00adDICT:\u200b NEEDS_\u2060ATTENTION red\u202c", "NEEDS_ATTENTION", "red"],
    ["VERDICT: CLEAN\n\nTokens: 1200 sent, 90 received.\n", "CLEAN", ""],
    ["VERDICT: CLEAN\ntokens used\n12,345\n", "CLEAN", ""],
    ["VERDICT: CLEAN\n---\nCost: $0.01 message, $0.03 session.\nGoodbye!\n", "CLEAN", ""],
    ["VERDICT: QUESTION which?\n\n- a: the first\n- b: the one that still fails\n", "QUESTION", "which?"],
    ["VERDICT: CLEAN\n\n## Hand-over\n\nThis is not a footer, but belongs to it.", "CLEAN", ""],
  ])("of %j is %s %j", (output, word, text) => {
    expect(parseVerdict(output)).toMatchObject({ word, text });
  });

  test.each([
    "VERDICT:",
    "VERDICT: PASS",
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
    "verdict: all is clean",
    "Verdict: clean code",
    "Verdict: the tests are red",
    "Verdict: OK",
    "VERDICT: NEEDS_ATTENTION <why>",
    "VERDICT: CLEAN\nVERDICT: NEEDS_ATTENTION <why>\nVERDICT: QUESTION <question>",
    "The prompt says to write\nVERDICT: NEEDS_ATTENTION why\nif something is off.",
    "VERDICT: CLEAN\n\nBut 3 tests fail.",
    "VERDICT: CLEAN\n\nThen I went on and changed the parser.",
    `VERDICT: CLEAN\n${"1 of 20\n".repeat(11)}`,
    "End with VERDICT: CLEAN",
  ])("is not found in %j", (output) => {
    expect(parseVerdict(output)).toBeUndefined();
  });

  test("includes its line, made printable", () => {
    expect(parseVerdict("**VERDICT: QUESTION \u001b[1mwhy\u001b[0m\u202e?**")).toMatchObject({
      text: "why?",
      line: "**VERDICT: QUESTION why?**",
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
    ["## Hand-over\n  \n  use x\n \n  and y  \n  \n", "use x\n \n  and y"],
    ["## Hand-over\nold\n## Hand-over\nnew\n\n`VERDICT: CLEAN`\n", "new"],
    [
      "## Hand-over\nSay `VERDICT: CLEAN`:\nVERDICT: x\nat the end.\n**VERDICT: CLEAN**",
      "Say `VERDICT: CLEAN`:\nVERDICT: x\nat the end.",
    ],
    ["## Hand-over\n```\ncode\n```", "```\ncode\n```"],
    ["\u001b[1m## Hand-over\u001b[0m\n\nloading\rUse x.\n\nVERDICT: CLEAN\nTokens: 12\n", "Use x."],
    ["VERDICT: CLEAN\n\n## Hand-\u00adover\n\nUse x.", "Use x."],
    ["## Hand-over\nUse x.\nVERDICT: CLEAN\nThen I went on.", "Use x.\nVERDICT: CLEAN\nThen I went on."],
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
    expect(judgeOutput("done", "command with a prompt")).toEqual({
      status: "warn",
      reason: "the command, which got a prompt, ended without a verdict",
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
