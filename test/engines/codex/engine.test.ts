import { readFile, stat } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { codexEngine } from "../../../src/engines/codex/engine.ts";
import { attempt, makeAttemptForEachTest } from "../attempt.ts";
import { completed, engine, executable, item, message, outcomeOf, started } from "./fake-codex.ts";

makeAttemptForEachTest();

describe("Codex", () => {
  test("gets the prompt on standard input and all else as arguments", async () => {
    const record = attempt.path("record.json");
    const env = { FAKE_CODEX_RECORD: record };
    await attempt.by(codexEngine({ executable, model: "gpt-x" }), { prompt: "Do ü.\n", tier: "fast", env });
    const { args, prompt, cwd } = JSON.parse(await readFile(record, "utf8"));
    expect([prompt, cwd]).toEqual(["Do ü.\n", attempt.path("project")]);
    expect(args.slice(0, 3)).toEqual(["exec", "--json", "--skip-git-repo-check"]);
    expect(args.join(" ")).toContain(
      `-s workspace-write -C ${attempt.path("project")} -m gpt-x --output-schema ${attempt.path("files/result.schema.json")} -c`,
    );
    expect(args).toEqual(expect.arrayContaining(['approval_policy="never"', 'model_reasoning_effort="low"']));
    expect(args.at(-1)).toBe("-");
  });

  test("gets a high effort for the deep tier, and no model if none is configured", async () => {
    const record = attempt.path("record.json");
    await attempt.by(engine, { tier: "deep", env: { FAKE_CODEX_RECORD: record } });
    const { args } = JSON.parse(await readFile(record, "utf8"));
    expect(args).toContain('model_reasoning_effort="high"');
    expect(args).not.toContain("-m");
  });

  test("gets the tier's model and effort and the configured sandbox, and continues a session", async () => {
    const record = attempt.path("record.json");
    const tiers = { fast: {}, deep: { model: "big", effort: "xhigh" } } as const;
    const configured = codexEngine({
      executable,
      model: "m",
      tiers,
      sandbox: "read-only",
      structured: false,
    });
    const resume = {
      sessionId: "thread-1",
      message: "8080",
      used: { input_tokens: 1000, cached_input_tokens: 900 },
    };
    const outcome = await attempt.by(configured, { resume, env: { FAKE_CODEX_RECORD: record } });
    const { args, prompt } = JSON.parse(await readFile(record, "utf8"));
    expect(prompt).toBe("8080");
    expect(args.join(" ")).toMatch(/-s read-only .* -m big -c .*effort="xhigh".* resume thread-1 -$/);
    expect(args).not.toContain("--output-schema");
    expect(outcome.usage).toEqual({ input_tokens: 200, cached_input_tokens: 100, output_tokens: 34 });
  });

  test("is reported in one sentence if it is missing", async () => {
    expect(await engine.missing([])).toBeUndefined();
    expect(await codexEngine({ executable: "no-such-codex" }).missing([])).toBe(
      'The engine "codex" needs the program "no-such-codex", which is not on PATH. Install it with "npm install -g @openai/codex", or choose another with --engine.',
    );
    expect(await codexEngine({ executable: "/no/codex" }).missing([])).toContain(
      "which is missing or not executable",
    );
  });

  test("that is missing when an attempt starts is an error", async () => {
    expect(await attempt.by(codexEngine({ executable: "no-such-codex" }))).toMatchObject({
      status: "error",
      failure: "spawn",
      reason: expect.stringContaining("no-such-codex"),
    });
  });
});

describe("a completed turn of Codex", () => {
  test("becomes an outcome with message, usage, session and files", async () => {
    const change = (path: string) => ({ path, kind: "update" });
    const lines = [
      started,
      { type: "turn.started" },
      message("First I look.\nThen I act."),
      {
        type: "item.started",
        item: { id: "item_1", type: "command_execution", command: "npm test", status: "in_progress" },
      },
      item({
        type: "command_execution",
        command: "npm test",
        aggregated_output: "ok",
        exit_code: 0,
        status: "completed",
      }),
      item({ type: "file_change", changes: [change("src/b.ts"), change("src/a.ts")], status: "completed" }),
      item({ type: "file_change", changes: [change("src/a.ts")], status: "completed" }),
      item({ type: "file_change", changes: [change("never.ts")], status: "failed" }),
      message("It is done.\n\n## Hand-over\nUse a.\n\nVERDICT: CLEAN"),
      completed,
    ];
    expect(await outcomeOf(attempt, { lines, stderr: "a warning\n" })).toEqual({
      status: "pass",
      verdict: "VERDICT: CLEAN",
      hand_over: "Use a.",
      usage: { input_tokens: 9, cached_input_tokens: 4, output_tokens: 2 },
      session_id: "thread-1",
      files_changed: ["src/a.ts", "src/b.ts"],
      exit_code: 0,
      output: attempt.files.output,
      output_bytes: 48,
    });
    expect(await attempt.text("output")).toBe("It is done.\n\n## Hand-over\nUse a.\n\nVERDICT: CLEAN");
    expect(await attempt.text("events")).toBe(`${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);
    expect(await attempt.text("log")).toBe("a warning\n");
    expect(attempt.progress).toEqual([
      "First I look.",
      "$ npm test",
      "changed src/b.ts, src/a.ts",
      "changed src/a.ts",
      "It is done.",
    ]);
  });

  test.each([
    ["VERDICT: NEEDS_ATTENTION slow", { status: "warn", reason: "slow" }],
    ["VERDICT: QUESTION which?", { status: "question", reason: "which?" }],
    ["VERDICT: SUPERB", { status: "fail", failure: "task" }],
    ["Done.", { status: "warn", reason: "the agent ended without a verdict" }],
    ["", { status: "warn", reason: "the agent ended without a verdict" }],
  ])("with the message %j is %j", async (text, outcome) => {
    expect(await attempt.by(engine, { prompt: `FAKE: ${text}\n` })).toMatchObject(outcome);
  });

  test("without any message is a warning with an empty output", async () => {
    expect(await outcomeOf(attempt, { lines: [started, completed] })).toMatchObject({
      status: "warn",
      output_bytes: 0,
    });
    expect(await attempt.text("output")).toBe("");
  });

  test("passes even if a signal ends the process after it", async () => {
    const lines = [started, message("VERDICT: CLEAN"), completed];
    expect(await outcomeOf(attempt, { lines, kill: "SIGKILL" })).toMatchObject({
      status: "pass",
      signal: "SIGKILL",
    });
  });

  test("passes despite retries and prose about limits and logins", async () => {
    const prose = "429 Too Many Requests, rate limit, usage limit, Quota exceeded, status 401, high demand";
    const lines = [
      started,
      { type: "error", message: "Reconnecting... 1/5 (unexpected status 429 Too Many Requests)" },
      item({ type: "error", message: "rate limit" }),
      item({ type: "reasoning", text: prose }),
      item({
        type: "command_execution",
        command: "cat log",
        aggregated_output: prose,
        exit_code: 1,
        status: "failed",
      }),
      message(`${prose}\nVERDICT: CLEAN`),
      completed,
    ];
    expect(await outcomeOf(attempt, { lines })).toMatchObject({ status: "pass" });
    expect(attempt.progress[0]).toBe("Reconnecting... 1/5 (unexpected status 429 Too Many Requests)");
  });

  test("lists 500 of 600 changed files", async () => {
    const changes = Array.from({ length: 600 }, (_, at) => ({ path: `f${at}`, kind: "add" }));
    const outcome = await outcomeOf(attempt, {
      lines: [started, item({ type: "file_change", changes }), completed],
    });
    expect(outcome.files_changed).toHaveLength(500);
    expect(attempt.progress[0]).toHaveLength(200);
  });
});

describe("an unexpected stream of Codex", () => {
  test("loses only the lines that cannot be read", async () => {
    const lines = [
      "WARN not json",
      "",
      "{",
      "[]",
      "null",
      '"text"',
      { type: "future.event", item: 3 },
      { type: "thread.started", thread_id: 7 },
      item({ type: "hologram", text: "shown" }),
      item({ type: "agent_message", text: null }),
      { type: "item.completed" },
      item({ type: "file_change", changes: "many" }),
      message("VERDICT: CLEAN"),
      { type: "turn.completed", usage: { input_tokens: "many", output_tokens: 5 } },
    ];
    const outcome = await outcomeOf(attempt, { lines });
    expect(outcome).toMatchObject({ status: "pass", usage: { output_tokens: 5 } });
    expect(outcome.usage).toStrictEqual({ output_tokens: 5 });
    expect(outcome).not.toHaveProperty("session_id");
    expect(outcome).not.toHaveProperty("files_changed");
  });

  test("may have a line of 100 MB, which is skipped but kept in the file", async () => {
    const lines = [started, { huge: 100_000_000 }, message("VERDICT: CLEAN"), completed];
    expect(await outcomeOf(attempt, { lines })).toMatchObject({ status: "pass" });
    expect((await stat(attempt.files.events)).size).toBeGreaterThan(100_000_000);
  });

  test("reports printable progress", async () => {
    await outcomeOf(attempt, { lines: [started, message("\n\n \u001b[2Jhello\u0001\nmore"), completed] });
    expect(attempt.progress).toEqual(["hello\ufffd"]);
  });
});
