import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type ClaudeConfig, claudeEngine } from "../../src/engines/claude/engine.ts";
import type { AttemptRequest } from "../../src/engines/engine.ts";
import { carriers } from "../process/processes.ts";
import { claudeScene, installed, result, type Scene } from "./real.ts";

const executable = installed("claude");

let scene: Scene;
afterEach(async () => {
  expect(carriers(scene.attempt.marker)).toEqual([]);
  await scene.close();
});
const set = async (...made: Parameters<typeof claudeScene>) => {
  scene = await claudeScene(...made);
  return scene;
};
const attempt = (request: Partial<AttemptRequest> = {}, config: ClaudeConfig = {}) =>
  scene.attempt.by(claudeEngine({ executable, ...config }), {
    ...request,
    env: { ...scene.env, ...request.env },
  });

describe("a successful turn of Claude Code", () => {
  test("gives its result, files, usage, cost and session, and reports progress", async () => {
    const { server } = await set([
      { shell: "echo one > by-shell.txt" },
      { write: "src/by-tool.txt", text: "one\ntwo\n" },
      result({ files_changed: ["by-shell.txt"], hand_over: "Use both." }),
    ]);
    const outcome = await attempt({ prompt: "Write two files.\n" });
    expect(outcome).toMatchObject({
      status: "pass",
      verdict: "VERDICT: CLEAN",
      hand_over: "Use both.",
      files_changed: ["by-shell.txt", "src/by-tool.txt"],
      usage: { input_tokens: 420, cached_input_tokens: 120, output_tokens: 30, cost_usd: expect.any(Number) },
      session_id: expect.stringMatching(/^[\da-f-]{36}$/),
      exit_code: 0,
    });
    expect(await scene.attempt.text("output")).toBe("Done.\n\n## Hand-over\n\nUse both.\n\nVERDICT: CLEAN\n");
    expect(scene.attempt.progress).toEqual(["$ echo one > by-shell.txt", "changed src/by-tool.txt"]);
    expect(await readFile(scene.attempt.path("project/src/by-tool.txt"), "utf8")).toBe("one\ntwo\n");
    const [first] = server.requests;
    expect(first?.prompt.trim()).toBe("Write two files.");
    expect(first?.body.output_config.effort).toBe("high");
    expect(first?.headers["x-api-key"]).toBe("dummy");
  });

  test("in plain text is read if structured output is off", async () => {
    await set([{ message: "Done.\n\n## Hand-over\nUse x.\n\nVERDICT: NEEDS_ATTENTION slow" }]);
    const outcome = await attempt({ tier: "fast" }, { structured: false });
    expect(outcome).toMatchObject({ status: "warn", reason: "slow", hand_over: "Use x." });
    expect(scene.server.requests[0]?.body.output_config.effort).toBe("low");
  });

  test("passes after transient faults, and with prose about them", async () => {
    const prose = "429 Too Many Requests, usage limit, status 401";
    await set([{ status: 500 }, { status: 429, retryAfter: 0 }, result({ summary: prose })], { retries: 3 });
    expect(await attempt()).toMatchObject({ status: "pass" });
    expect(scene.attempt.progress).toContain("retry 1 of 3: server_error");
  });

  test("with a denied permission is a warning that names it", async () => {
    await set([{ write: "/etc/not-here", text: "x" }, result()]);
    expect(await attempt()).toMatchObject({
      status: "warn",
      reason: "not permitted: Write /etc/not-here",
      exit_code: 0,
    });
    expect(existsSync("/etc/not-here")).toBe(false);
  });

  test.each([
    ["reads what the attempt is given", "files/given/outputs/a.md", undefined],
    ["does not read elsewhere in the record", "files/elsewhere/a.md", "not permitted: Read "],
  ])("%s", async (_, name, reason) => {
    const { attempt: made } = await set(({ results }) => (results > 0 ? result() : { read: file }));
    const file = made.path(name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, "what a found\n", { mode: 0o400 });
    const outcome = await attempt();
    expect(outcome.reason ?? "").toMatch(reason ?? /^$/);
    const said = JSON.stringify(scene.server.requests.at(-1)?.body.messages);
    expect(said.includes("what a found")).toBe(reason === undefined);
  });

  test("permits only the configured tools", async () => {
    await set([{ shell: "node -e 'fs.writeFileSync(`made`, ``)'" }, result()]);
    expect(await attempt({}, { allowed_tools: [] })).toMatchObject({
      status: "warn",
      reason: expect.stringMatching(/^not permitted: Bash node -e/),
    });
    expect(existsSync(scene.attempt.path("project/made"))).toBe(false);
  });

  test("that asks a question can be answered in its session, and only the difference in usage counts", async () => {
    const { server } = await set([
      { write: "a.txt", text: "a\n" },
      result({ verdict: "QUESTION", question: "Which port?" }),
      result({ summary: "Took 8080." }),
    ]);
    const asked = await attempt({ prompt: "Choose." });
    expect(asked).toMatchObject({ status: "question", reason: "Which port?", usage: { output_tokens: 20 } });
    const resume = { sessionId: asked.session_id ?? "", message: "8080", used: asked.usage };
    const answered = await attempt({ resume });
    expect(answered).toMatchObject({
      status: "pass",
      session_id: asked.session_id,
      usage: { output_tokens: 10 },
    });
    expect(answered.usage?.cost_usd).toBeCloseTo((asked.usage?.cost_usd ?? 0) / 2, 9);
    expect(server.requests.map(({ prompt }) => prompt)).toEqual(["Choose.", "Choose.", "8080"]);
    expect(JSON.stringify(server.requests[2]?.body.messages)).toContain("Which port?");
  });
});

describe("a failed turn of Claude Code", () => {
  test.each([
    [{ status: 500 }, "transient", /500/],
    ["drop", "transient", /ECONNRESET/],
    [{ status: 429 }, "rate_limited", /429/],
    [{ status: 429, retryAfter: 600 }, "rate_limited", /429/],
    [{ status: 529 }, "rate_limited", /529/],
    [{ status: 401 }, "auth", /401/],
    [{ status: 403 }, "auth", /403/],
    [{ status: 400 }, "task", /400/],
    [{ status: 400, error: { message: "Your credit balance is too low." } }, "quota", /^Credit balance/],
    [{ status: 404 }, "configuration", /model/],
  ] as const)("with %j is %s, although its subtype is success", async (reply, failure, reason) => {
    await set([reply]);
    expect(await attempt()).toMatchObject({
      status: "fail",
      failure,
      reason: expect.stringMatching(reason),
      exit_code: 1,
    });
    expect(await scene.attempt.text("events")).toContain('"subtype":"success"');
  });

  test("ends by itself if the connection is refused", async () => {
    await (await set([])).server.close();
    expect(await attempt()).toMatchObject({ status: "fail", failure: "transient" });
  });

  test("is a sign-in failure if the key is missing", async () => {
    await set([result()]);
    expect(await attempt({ env: { ANTHROPIC_API_KEY: "" } })).toMatchObject({
      status: "fail",
      failure: "auth",
    });
    expect(scene.server.requests).toEqual([]);
  });

  test.each([
    [{ max_turns: 2 }, "Reached maximum number of turns (2)"],
    [{ max_cost: 0.001 }, "Reached maximum budget ($0.001)"],
  ])("by its limits %j names the limit", async (limits, reason) => {
    await set([{ shell: "true" }]);
    expect(await attempt({}, limits)).toMatchObject({ status: "fail", failure: "task", reason });
  });

  test("for an unknown session says so", async () => {
    await set([result()]);
    const resume = { sessionId: "f8769527-2958-479c-aa90-798bcf49ac00", message: "8080" };
    expect(await attempt({ resume })).toMatchObject({
      status: "fail",
      reason: expect.stringContaining("No conversation found"),
    });
  });
});

test("an end of Claude Code before it has begun is a configuration error", async () => {
  await set([result()]);
  expect(await attempt({}, { max_cost: -1 })).toMatchObject({
    status: "error",
    failure: "configuration",
    exit_code: 1,
  });
});

test("a silent model of Claude Code is ended by the timeout", async () => {
  await set(["silence"]);
  expect(await attempt({ timeoutMs: 3000 })).toMatchObject({ status: "fail", failure: "timeout" });
});

test("a cancelled Claude Code leaves no process of a command behind", async () => {
  await set([{ shell: "(setsid sleep 1000 &) ; touch begun; sleep 1000" }, result()]);
  const running = attempt();
  while (!existsSync(scene.attempt.path("project/begun"))) await new Promise(setImmediate);
  expect(carriers(scene.attempt.marker).length).toBeGreaterThan(1);
  scene.attempt.controller.abort();
  expect(await running).toMatchObject({ status: "cancelled", session_id: expect.any(String) });
});

test("a successful Claude Code leaves no background job behind", async () => {
  await set([{ shell: "setsid sleep 1000 > /dev/null 2>&1 & touch begun" }, result()]);
  expect(await attempt()).toMatchObject({ status: "pass" });
  expect(existsSync(scene.attempt.path("project/begun"))).toBe(true);
});

test.each([
  ["runs", {}],
  ["does not run", { project_settings: false }],
])("Claude Code %s the hooks of a project with the settings %j", async (runs, settings) => {
  await set([result()]);
  const hook = { type: "command", command: `touch ${scene.attempt.path("hooked")}` };
  await mkdir(scene.attempt.path("project/.claude"), { recursive: true });
  await writeFile(
    scene.attempt.path("project/.claude/settings.json"),
    JSON.stringify({ hooks: { SessionStart: [{ hooks: [hook] }] } }),
  );
  expect(await attempt({}, settings)).toMatchObject({ status: "pass" });
  expect(existsSync(scene.attempt.path("hooked"))).toBe(runs === "runs");
});
