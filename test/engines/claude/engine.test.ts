import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { type ClaudeConfig, claudeEngine } from "../../../src/engines/claude/engine.ts";
import type { AttemptRequest } from "../../../src/engines/engine.ts";
import { attempt, fixture, makeAttemptForEachTest } from "../attempt.ts";

const executable = fixture("fake-claude.mjs");

makeAttemptForEachTest();

const init = { type: "system", subtype: "init", session_id: "session-1", model: "m", tools: ["Bash"] };
const said = (...content: object[]) => ({
  type: "assistant",
  message: { content },
  parent_tool_use_id: null,
});
const usage = {
  input_tokens: 5,
  cache_creation_input_tokens: 1,
  cache_read_input_tokens: 4,
  output_tokens: 2,
};
const ended = (fields: object = {}) => ({
  type: "result",
  subtype: "success",
  is_error: false,
  api_error_status: null,
  result: "VERDICT: CLEAN",
  total_cost_usd: 0.25,
  usage,
  permission_denials: [],
  session_id: "session-1",
  ...fields,
});
const outcomeOf = (
  lines: readonly unknown[],
  { exit = 0, stderr = "", ...extra }: Partial<AttemptRequest> & { exit?: number; stderr?: string } = {},
) =>
  attempt.by(claudeEngine({ executable }), {
    env: { FAKE_CLAUDE: JSON.stringify({ lines, exit, stderr }) },
    ...extra,
  });
const recorded = async (config: ClaudeConfig, request: Partial<AttemptRequest> = {}) => {
  const file = attempt.path("record.json");
  await attempt.by(claudeEngine({ executable, ...config }), {
    ...request,
    env: { ...request.env, FAKE_CLAUDE_RECORD: file },
  });
  const { args, ...rest } = JSON.parse(await readFile(file, "utf8"));
  return { args: args.join(" "), ...rest };
};

describe("Claude Code", () => {
  test("gets the prompt on standard input and all else as arguments, the tools last", async () => {
    const config = { model: "m", max_turns: 9, max_cost: 1.5, allowed_tools: ["Bash(git *)", "Read"] };
    const { args, prompt } = await recorded(config, { prompt: "Do ü.\n", tier: "fast" });
    expect(prompt).toBe("Do ü.\n");
    expect(args).toMatch(/^-p --output-format stream-json --verbose --permission-mode acceptEdits /);
    expect(args).toContain(" --effort low --model m --max-turns 9 --max-budget-usd 1.5 --json-schema {");
    expect(args).toContain(` --add-dir ${attempt.path("files/given")} `);
    expect(args).toMatch(/ --allowedTools Bash\(git \*\) Read$/);
  });

  test("gets the model and effort of the tier, or else those for every tier", async () => {
    const tiers = { fast: { model: "small", effort: "medium" }, deep: {} } as const;
    const config = { model: "m", tiers, structured: false };
    const fast = await recorded(config, { tier: "fast" });
    expect(fast.args).toContain("--effort medium --model small");
    const deep = await recorded(config, { tier: "deep" });
    expect(deep.args).toContain("--effort high --model m");
    expect(deep.args).not.toContain("--json-schema");
  });

  test("continues a session with the message in place of the prompt", async () => {
    const { args, prompt } = await recorded({}, { resume: { sessionId: "s-1", message: "8080" } });
    expect([args.includes("--resume s-1 --allowedTools"), prompt]).toEqual([true, "8080"]);
  });

  test("retries three times by itself, or as often as the environment says", async () => {
    expect((await recorded({})).retries).toBe("3");
    expect((await recorded({}, { env: { CLAUDE_CODE_MAX_RETRIES: "7" } })).retries).toBe("7");
  });

  test("is reported in one sentence if it is missing, and its attempt is an error", async () => {
    const missing = claudeEngine({ executable: "no-such-claude" });
    expect(await missing.missing([])).toMatch(/"no-such-claude", which is not on PATH. Install it with/);
    expect(await attempt.by(missing)).toMatchObject({ status: "error", failure: "spawn" });
  });
});

describe("a result of Claude Code", () => {
  test("becomes an outcome with message, usage, cost, session and files", async () => {
    const write = (name: string, input: object) => said({ type: "tool_use", name, input });
    const project = attempt.path("project");
    const lines = [
      init,
      said(
        { type: "text", text: "\nFirst I look." },
        { type: "tool_use", name: "Bash", input: { command: "ls" } },
      ),
      write("Edit", { file_path: `${project}/src/b.ts` }),
      write("NotebookEdit", { notebook_path: "a.ipynb" }),
      write("Read", { file_path: "read.ts" }),
      ended({ result: "Done.\n\nVERDICT: NEEDS_ATTENTION slow" }),
    ];
    expect(await outcomeOf(lines)).toEqual({
      status: "warn",
      reason: "slow",
      verdict: "VERDICT: NEEDS_ATTENTION slow",
      usage: { input_tokens: 10, cached_input_tokens: 4, output_tokens: 2, cost_usd: 0.25 },
      session_id: "session-1",
      files_changed: ["a.ipynb", "src/b.ts"],
      exit_code: 0,
      output: attempt.files.output,
      output_bytes: 36,
    });
    expect(attempt.progress).toEqual(["First I look.", "$ ls", "changed src/b.ts", "changed a.ipynb"]);
  });

  test("is read from its structured output, whatever the text says", async () => {
    const structured_output = {
      verdict: "QUESTION",
      summary: "Looked.",
      files_changed: ["x.ts"],
      hand_over: "Use x.",
      question: "Which?",
    };
    const outcome = await outcomeOf([init, ended({ structured_output, result: "VERDICT: CLEAN" })]);
    expect(outcome).toMatchObject({
      status: "question",
      reason: "Which?",
      hand_over: "Use x.",
      files_changed: ["x.ts"],
    });
    expect(await attempt.text("output")).toContain("## Hand-over\n\nUse x.\n\nVERDICT: QUESTION Which?");
  });

  test("of a continued session costs only the difference, whether the agent counts from the beginning or not", async () => {
    const resume = { sessionId: "session-1", message: "8080", used: { cost_usd: 0.2, input_tokens: 9 } };
    expect((await outcomeOf([init, ended()], { resume })).usage).toMatchObject({
      cost_usd: 0.05,
      input_tokens: 10,
    });
    const less = await outcomeOf([init, ended({ total_cost_usd: 0.1 })], { resume });
    expect(less.usage).toMatchObject({ cost_usd: 0.1 });
  });

  test("without figures has no usage, and no zeros in its place", async () => {
    const outcome = await outcomeOf([init, ended({ total_cost_usd: "much", usage: undefined })]);
    expect(outcome.usage).toEqual({});
  });

  test.each([
    [{ is_error: true, api_error_status: 429 }, "rate_limited"],
    [{ is_error: true, api_error_status: 401 }, "auth"],
    [{ is_error: true, api_error_status: 502 }, "transient"],
    [{ is_error: true, subtype: "error_max_turns" }, "task"],
    [{ is_error: undefined }, "task"],
  ])("with %j is %s", async (fields, failure) => {
    const outcome = await outcomeOf([init, ended({ ...fields, result: "so it is" })], { exit: 1 });
    expect(outcome).toMatchObject({ status: "fail", failure, reason: "so it is" });
  });

  test.each([
    ["authentication_failed", "auth"],
    ["billing_error", "quota"],
    ["rate_limit", "rate_limited"],
    ["server_error", "transient"],
    ["__proto__", "task"],
  ])("without a status, after the error %s, is %s", async (error, failure) => {
    const lines = [init, { ...said({ type: "text", text: "429" }), error }, ended({ is_error: true })];
    expect(await outcomeOf(lines)).toMatchObject({ status: "fail", failure });
  });

  test("with denied permissions is a warning, unless it did not pass anyway", async () => {
    const permission_denials = [
      { tool_name: "Bash", tool_input: { command: "rm x" } },
      { tool_name: "Bash", tool_input: { command: "rm x" } },
      { tool_name: "Agent", tool_input: {} },
    ];
    const reason = "not permitted: Bash rm x; Agent";
    expect(await outcomeOf([init, ended({ permission_denials })])).toMatchObject({ status: "warn", reason });
    const question = ended({ permission_denials, result: "VERDICT: QUESTION may I?" });
    expect(await outcomeOf([init, question])).toMatchObject({ status: "question", reason: "may I?" });
  });

  test("that is missing is a crash, or before the agent has begun a configuration error", async () => {
    expect(await outcomeOf([init])).toMatchObject({ status: "error", failure: "crashed" });
    const stderr = "error: unknown option '--x'\n";
    expect(await outcomeOf([], { exit: 1, stderr })).toMatchObject({
      status: "error",
      failure: "configuration",
      reason: "error: unknown option '--x'",
    });
  });
});

test("an unexpected line in Claude Code's stream loses nothing else", async () => {
  const odd = [
    "{",
    "null",
    { type: "assistant" },
    { type: "system" },
    { type: "future", message: 3 },
    said({ type: 7 }),
  ];
  expect(await outcomeOf([...odd, init, ended()])).toMatchObject({ status: "pass", session_id: "session-1" });
});
