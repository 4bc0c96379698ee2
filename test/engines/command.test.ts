import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { commandEngine } from "../../src/engines/command.ts";
import { attempt, makeAttemptForEachTest } from "./attempt.ts";

makeAttemptForEachTest();

const engine = commandEngine({});

test("a successful command passes, and its standard output is the result", async () => {
  const outcome = await attempt.by(engine, { run: "echo result; echo noise >&2" });
  expect(outcome).toEqual({ status: "pass", exit_code: 0, output: attempt.files.output, output_bytes: 7 });
  expect([await attempt.text("output"), await attempt.text("log")]).toEqual(["result\n", "noise\n"]);
});

test("the verdict of a successful command decides", async () => {
  const run = "echo 'Hand-over: see x'; echo 'VERDICT: NEEDS_ATTENTION slow'";
  expect(await attempt.by(engine, { run })).toMatchObject({
    status: "warn",
    reason: "slow",
    verdict: "VERDICT: NEEDS_ATTENTION slow",
    hand_over: "see x",
  });
});

test("a hand-over at the beginning of 10 MB is found, and the verdict at its end", async () => {
  const run = `echo "## Hand-over"; echo "use x"; yes | head -c 10000000; echo "VERDICT: CLEAN"`;
  const { status, hand_over = "" } = await attempt.by(engine, { run });
  expect([status, hand_over.slice(0, 10)]).toEqual(["pass", "use x\ny\ny\n"]);
});

test("a configured command that gives no verdict on the prompt it gets is a warning", async () => {
  const configured = commandEngine({ run: "echo done" });
  expect(await attempt.by(configured)).toMatchObject({
    status: "warn",
    reason: "the command, which got a prompt, ended without a verdict",
  });
  expect(await attempt.by(configured, { run: "cat $INTERSERVE_PROMPT_FILE" })).toMatchObject({
    status: "pass",
  });
});

test("the verdict is found at the end of 10 MB", async () => {
  const run = "yes | head -c 10000000; echo; echo VERDICT: QUESTION why?";
  expect(await attempt.by(engine, { run })).toMatchObject({ status: "question", reason: "why?" });
});

test("the reason of a failed command is the line that names the error, of either stream", async () => {
  const reasonOf = async (run: string) => (await attempt.by(engine, { run })).reason;
  const footer = "printf 'error: port 80 is in use\\n\\nFor help, see https://example.org\\n' >&2; exit 3";
  expect(await reasonOf(footer)).toBe("exit status 3: error: port 80 is in use");
  const stdout = "echo 'FAIL src/a.test.ts: expected 2, got 3'; exit 1";
  expect(await reasonOf(stdout)).toBe("exit status 1: FAIL src/a.test.ts: expected 2, got 3");
});

test("a command that fails, whatever its verdict, gives its last line as the reason", async () => {
  const run = "echo VERDICT: CLEAN; echo first >&2; printf 'it \\033[31mbroke\\033[0m\\n\\n' >&2; exit 3";
  expect(await attempt.by(engine, { run })).toEqual({
    status: "fail",
    failure: "task",
    reason: "exit status 3: it broke",
    exit_code: 3,
    output: attempt.files.output,
    output_bytes: 15,
  });
});

test("the reason of a failed command has at most 500 characters", async () => {
  const { reason } = await attempt.by(engine, { run: "head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1" });
  expect(reason).toMatch(/^exit status 1: x+…$/);
  expect(reason).toHaveLength(500);
});

test("a configured command gets the prompt file, the project directory and the task's environment", async () => {
  const configured = commandEngine({ run: 'cat "$INTERSERVE_PROMPT_FILE"; pwd; echo "$EXTRA"' });
  await attempt.by(configured, { prompt: "Make it so.\n", env: { EXTRA: "more" } });
  expect(await attempt.text("output")).toBe(`Make it so.\n${attempt.path("project")}\nmore\n`);
});

test("a task's own command replaces the configured one", async () => {
  await attempt.by(commandEngine({ run: "echo configured" }), { run: "echo own" });
  expect(await attempt.text("output")).toBe("own\n");
});

test("a task without any command is an error that says what to do", async () => {
  expect(await attempt.by(engine)).toMatchObject({
    status: "error",
    failure: "task",
    reason: expect.stringMatching(/^the task has no `run`.*engines\.command\.run/),
  });
});

test("a command's progress is the printable output of both streams", async () => {
  await attempt.by(engine, { run: "printf '\\033[2Jout\\001\\n'; printf 'err\\n' >&2" });
  expect(attempt.progress.sort()).toEqual(["err", "out\ufffd"]);
});

test("a progress bar's progress is its last frame", async () => {
  await attempt.by(engine, { run: "printf '10 %%\\r20 %%\\r\\n'" });
  expect(attempt.progress).toEqual(["20 %"]);
});

test("a command that takes too long is a timeout", async () => {
  expect(await attempt.by(engine, { run: "exec sleep 1000", timeoutMs: 500 })).toMatchObject({
    status: "fail",
    failure: "timeout",
    reason: expect.stringContaining("timed out after 0.5 s"),
  });
});

test("a cancelled command is cancelled, not failed, and its output is kept", async () => {
  const outcome = attempt.by(engine, { run: "echo on; exec sleep 1000" });
  await attempt.told("on");
  attempt.controller.abort();
  expect(await outcome).toEqual({
    status: "cancelled",
    reason: expect.any(String),
    output: attempt.files.output,
    output_bytes: 3,
  });
});

test("a command cancelled before it starts has no output", async () => {
  attempt.controller.abort();
  expect(await attempt.by(engine, { run: "touch ran" })).toEqual({
    status: "cancelled",
    reason: expect.any(String),
  });
  expect([attempt.files.output, attempt.path("project/ran")].map((path) => existsSync(path))).toEqual([
    false,
    false,
  ]);
});

test("a command ended by a signal was killed", async () => {
  expect(await attempt.by(engine, { run: "kill -KILL $$" })).toMatchObject({
    status: "error",
    failure: "killed",
    signal: "SIGKILL",
  });
});

test("a command whose directory is gone cannot be started", async () => {
  await rm(attempt.path("project"), { recursive: true });
  expect(await attempt.by(engine, { run: "true" })).toEqual({
    status: "error",
    failure: "spawn",
    reason: expect.stringContaining(`the working directory ${attempt.path("project")} does not exist`),
  });
});
