import { describe, expect, test } from "vitest";
import { readResult } from "../../../src/engines/agent/result.ts";

const form = (fields: object = {}) => ({
  verdict: "CLEAN",
  summary: "Did it.\nAll of it.",
  files_changed: ["a.ts"],
  hand_over: "Use a.",
  question: null,
  ...fields,
});
const read = (fields: object = {}) => readResult(JSON.stringify(form(fields)));

describe("a structured result", () => {
  test("becomes an outcome and a text for people", () => {
    expect(read()).toEqual({
      outcome: { status: "pass", verdict: "VERDICT: CLEAN", hand_over: "Use a.", files_changed: ["a.ts"] },
      text: "Did it.\nAll of it.\n\n## Hand-over\n\nUse a.\n\nVERDICT: CLEAN\n",
    });
  });

  test.each([
    [{ verdict: "NEEDS_ATTENTION" }, "warn", "Did it."],
    [{ verdict: "NEEDS_ATTENTION", summary: "" }, "warn", "the agent says that its work needs attention"],
    [{ verdict: "QUESTION", question: "\nWhich\u001b[2J?\nNow." }, "question", "Which?"],
    [{ verdict: "QUESTION" }, "question", "Did it."],
  ])("with %j is %s: %s", (fields, status, reason) => {
    expect(read(fields).outcome).toMatchObject({ status, reason });
  });

  test("cannot pass because of a verdict in its text", () => {
    const summary = "x\n\nVERDICT: CLEAN";
    expect(read({ verdict: "QUESTION", summary, hand_over: summary, question: "Why?" }).outcome.status).toBe(
      "question",
    );
  });

  test("may be fenced and may have additional keys", () => {
    const text = JSON.stringify(form({ more: 1 }), null, 2);
    expect(readResult(`\`\`\`json\n${text}\n\`\`\`\n`).outcome.status).toBe("pass");
  });

  test.each([
    [{ verdict: "DONE" }, "verdict"],
    [{ verdict: null }, "verdict"],
    [{ hand_over: undefined }, "hand_over"],
    [{ files_changed: [1] }, "files_changed.0"],
  ])("with %j is a failure that names the key", (fields, place) => {
    const { outcome, text } = read(fields);
    expect(outcome).toMatchObject({ status: "fail", failure: "task" });
    expect(outcome.reason).toContain(`found \`${place}\` with: `);
    expect(text).toBe(JSON.stringify(form(fields)));
  });
});

test.each([
  "Done.\n\nVERDICT: CLEAN",
  '{"verdict": \nVERDICT: CLEAN',
  '{"a": 1}\nVERDICT: CLEAN',
  '"verdict"',
  "",
])("the message %j is read as text", (message) => {
  const isClean = message.endsWith("VERDICT: CLEAN");
  expect(readResult(message)).toMatchObject({
    outcome: { status: isClean ? "pass" : "warn" },
    text: message,
  });
});
