import { execFileSync } from "node:child_process";
import { existsSync, readlinkSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { afterEach, describe, expect, test } from "vitest";
import { codexEngine } from "../../src/engines/codex/engine.ts";
import { findCodex } from "../../src/engines/codex/program.ts";
import type { AttemptRequest } from "../../src/engines/engine.ts";
import { carriers } from "../process/processes.ts";
import { codexScene, installed, result, type Scene } from "./real.ts";

const executable = installed("codex");
const engine = codexEngine({ executable });

let scene: Scene;
afterEach(async () => {
  expect(carriers(scene.attempt.marker)).toEqual([]);
  await scene.close();
});
const set = async (...made: Parameters<typeof codexScene>) => {
  scene = await codexScene(...made);
  return scene;
};
const attempt = (request: Partial<AttemptRequest> = {}, by = engine) =>
  scene.attempt.by(by, { ...request, env: { ...scene.env, ...request.env } });

test("the native program of Codex is started in place of npm's wrapper", async () => {
  expect(await findCodex(executable)).toMatch(/\/vendor\/[^/]+\/bin\/codex$/);
  const { server } = await set(["silence"]);
  const running = attempt();
  while (server.requests.length === 0) await new Promise(setImmediate);
  const programs = carriers(scene.attempt.marker).map((pid) => readlinkSync(`/proc/${pid}/exe`));
  expect(programs).toContain(await findCodex(executable));
  expect(programs).not.toContain(process.execPath);
  scene.attempt.controller.abort();
  expect(await running).toMatchObject({ status: "cancelled" });
});

describe("a successful turn of Codex", () => {
  test("gives its result, files, usage and session, and reports progress", async () => {
    const { server } = await set([
      { shell: "echo one > by-shell.txt" },
      { write: "src/by-patch.txt", text: "one\ntwo\n" },
      result({ files_changed: ["by-shell.txt"], hand_over: "Use both." }),
    ]);
    const outcome = await attempt({ prompt: "Write two files.\n" });
    expect(outcome).toMatchObject({
      status: "pass",
      verdict: "VERDICT: CLEAN",
      hand_over: "Use both.",
      files_changed: ["by-shell.txt", "src/by-patch.txt"],
      usage: { input_tokens: 300, cached_input_tokens: 120, output_tokens: 30 },
      session_id: expect.stringMatching(/^[\da-f-]{36}$/),
      exit_code: 0,
    });
    expect(await scene.attempt.text("output")).toBe("Done.\n\n## Hand-over\n\nUse both.\n\nVERDICT: CLEAN\n");
    expect(scene.attempt.progress).toEqual([
      expect.stringContaining("echo one > by-shell.txt"),
      "changed src/by-patch.txt",
      "Done.",
    ]);
    expect(await readFile(scene.attempt.path("project/src/by-patch.txt"), "utf8")).toBe("one\ntwo\n");
    const [first] = server.requests;
    expect(first?.prompt).toBe("Write two files.\n");
    expect(first?.body.reasoning.effort).toBe("high");
    expect(first?.body.text.format).toMatchObject({ type: "json_schema", strict: true });
    expect(first?.headers.authorization).toBe("Bearer dummy");
  });

  test("in plain text is read if structured output is off", async () => {
    const { server } = await set([
      { message: "Done.\n\n## Hand-over\nUse x.\n\nVERDICT: NEEDS_ATTENTION slow" },
    ]);
    const outcome = await attempt({ tier: "fast" }, codexEngine({ executable, structured: false }));
    expect(outcome).toMatchObject({ status: "warn", reason: "slow", hand_over: "Use x." });
    expect(server.requests[0]?.body.text?.format).toBeUndefined();
    expect(server.requests[0]?.body.reasoning.effort).toBe("low");
  });

  test("with structured output of another schema is a failure that says so", async () => {
    await set([{ json: { verdict: "GREAT" } }]);
    expect(await attempt()).toMatchObject({ status: "fail", reason: expect.stringMatching(/`verdict`/) });
  });

  test("passes after transient faults, and with prose about them", async () => {
    const prose = "429 Too Many Requests, usage limit, status 401";
    const faults = [{ status: 500 }, { status: 429, retryAfter: 0 }, "drop"] as const;
    await set([...faults, result({ summary: prose })], { retries: 3 });
    expect(await attempt()).toMatchObject({ status: "pass" });
  });

  test("that asks a question can be answered in its session, and only the difference in usage counts", async () => {
    const { server } = await set([
      { write: "a.txt", text: "a\n" },
      result({ verdict: "QUESTION", question: "Which port?" }),
      result({ summary: "Took 8080." }),
    ]);
    const asked = await attempt({ prompt: "Choose.\n" });
    expect(asked).toMatchObject({ status: "question", reason: "Which port?", usage: { input_tokens: 200 } });
    const resume = { sessionId: asked.session_id ?? "", message: "8080", used: asked.usage };
    const answered = await attempt({ resume });
    expect(answered).toMatchObject({ status: "pass", session_id: asked.session_id });
    expect(answered.usage).toEqual({ input_tokens: 100, cached_input_tokens: 40, output_tokens: 10 });
    expect(server.requests.map(({ prompt }) => prompt)).toEqual(["Choose.\n", "Choose.\n", "8080"]);
    expect(JSON.stringify(server.requests[2]?.body.input)).toContain("Which port?");
  });
});

describe("a failed turn of Codex", () => {
  test.each([
    [{ status: 500 }, "transient", /high demand/],
    [{ status: 503 }, "transient", /^unexpected status 503/],
    [{ failed: "server_is_overloaded" }, "transient", /at capacity/],
    ["drop", "transient", /^stream disconnected/],
    [{ status: 429 }, "rate_limited", /429 Too Many Requests/],
    [{ failed: "rate_limit_exceeded" }, "rate_limited", /^rate limit/],
    [{ status: 429, error: { type: "usage_limit_reached" } }, "rate_limited", /usage limit/],
    [{ failed: "insufficient_quota" }, "quota", /^Quota exceeded/],
    [{ status: 401 }, "auth", /^unexpected status 401/],
    [{ status: 403 }, "auth", /^unexpected status 403/],
    [{ status: 400 }, "task", /Scripted status 400/],
    [{ status: 404 }, "task", /^unexpected status 404/],
    [{ failed: "context_length_exceeded" }, "task", /context window/],
  ] as const)("with %j is %s", async (reply, failure, reason) => {
    await set([reply]);
    expect(await attempt()).toMatchObject({
      status: "fail",
      failure,
      reason: expect.stringMatching(reason),
      exit_code: 1,
    });
  });

  // The text names a minute of the local time: on the same day for the first, on another for the second.
  test.each([20, 3 * 24 * 3600])("waits for a usage limit that resets in %d s", async (wait) => {
    const resets_at = Math.floor(Date.now() / 1000) + wait;
    await set([{ status: 429, error: { type: "usage_limit_reached", plan_type: "plus", resets_at } }]);
    const before = Date.now() / 1000;
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const { failure, retry_after_s = 0 } = await attempt({ env: { TZ: timeZone } });
    expect(failure).toBe("rate_limited");
    expect(Date.now() / 1000 + retry_after_s).toBeGreaterThanOrEqual(resets_at);
    expect(before + retry_after_s).toBeLessThanOrEqual(resets_at + 61);
  });

  test("is rate limited after the retries that the retry-after allowed", async () => {
    const { server } = await set([{ status: 429, retryAfter: 0 }], { retries: 2 });
    expect(await attempt()).toMatchObject({ status: "fail", failure: "rate_limited" });
    expect(server.requests).toHaveLength(3);
  });

  test("ends by itself if the connection is refused", async () => {
    await (await set([])).server.close();
    expect(await attempt()).toMatchObject({ status: "fail", failure: "transient" });
  });

  test("is a sign-in failure if the key is missing", async () => {
    await set([result()]);
    expect(await attempt({ env: { SCRIPTED_KEY: "" } })).toMatchObject({ status: "fail", failure: "auth" });
    expect(scene.server.requests).toEqual([]);
  });
});

describe("an end of Codex without a turn", () => {
  test("is a configuration error if nothing has begun", async () => {
    await set([result()]);
    await writeFile(scene.attempt.path("codex-home/config.toml"), 'sandbox_mode = "none"\n');
    expect(await attempt()).toMatchObject({
      status: "error",
      failure: "configuration",
      exit_code: 1,
      reason: expect.stringContaining("none"),
    });
  });

  test("is a configuration error if the session is unknown", async () => {
    await set([result()]);
    const resume = { sessionId: "01a210eb-d641-77d2-ae0a-651bb85fea00", message: "8080" };
    expect(await attempt({ resume })).toMatchObject({ status: "error", failure: "configuration" });
  });

  test("is a timeout if the model is silent", async () => {
    await set(["silence"]);
    expect(await attempt({ timeoutMs: 3000 })).toMatchObject({ status: "fail", failure: "timeout" });
  });
});

describe("the sandbox of Codex", () => {
  test("lets the agent write in the project, but not in .git or outside", async () => {
    const commands = "touch inside; git commit --allow-empty -m x; touch /var/outside; true";
    const { server } = await set([{ shell: commands }, result()]);
    const cwd = scene.attempt.path("project");
    execFileSync("git", ["init", "-q"], { cwd });
    expect(await attempt()).toMatchObject({ status: "pass" });
    expect(server.requests[1]?.result).toMatch(/index.lock|read-only|Read-only/i);
    expect(existsSync(scene.attempt.path("project/inside"))).toBe(true);
    expect(existsSync("/var/outside")).toBe(false);
  });

  test("can be read-only", async () => {
    await set([{ shell: "touch inside; true" }, result()]);
    const strict = codexEngine({ executable, sandbox: "read-only" });
    expect(await attempt({}, strict)).toMatchObject({ status: "pass" });
    expect(existsSync(scene.attempt.path("project/inside"))).toBe(false);
  });
});

test.each(["workspace-write", "danger-full-access"] as const)(
  "a cancelled Codex leaves no process of a command behind in the sandbox %s",
  async (sandbox) => {
    const command = "(setsid sleep 1000 &) ; touch begun; sleep 1000";
    await set([{ shell: command }, result()]);
    const running = attempt({}, codexEngine({ executable, sandbox }));
    while (!existsSync(scene.attempt.path("project/begun"))) await new Promise(setImmediate);
    expect(carriers(scene.attempt.marker).length).toBeGreaterThan(1);
    scene.attempt.controller.abort();
    expect(await running).toMatchObject({ status: "cancelled", session_id: expect.any(String) });
  },
);
