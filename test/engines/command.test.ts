import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commandEngine } from "../../src/engines/command.ts";
import { carriers } from "../process/processes.ts";
import { Attempt } from "./attempt.ts";

let attempt: Attempt;
beforeEach(async () => {
  attempt = await Attempt.make();
});
afterEach(async () => {
  expect(carriers(attempt.marker)).toEqual([]);
  await attempt.close();
});

const engine = commandEngine({});

test("a command that ends well passes, and its standard output is the result", async () => {
  const outcome = await attempt.by(engine, { run: "echo result; echo noise >&2" });
  expect(outcome).toEqual({ status: "pass", exit_code: 0, output: attempt.files.output, output_bytes: 7 });
  expect([await attempt.text("output"), await attempt.text("log")]).toEqual(["result\n", "noise\n"]);
});

test("its own verdict decides then", async () => {
  const run = "echo 'Hand-over: see x'; echo 'VERDICT: NEEDS_ATTENTION slow'";
  expect(await attempt.by(engine, { run })).toMatchObject({
    status: "warn",
    reason: "slow",
    verdict: "VERDICT: NEEDS_ATTENTION slow",
    hand_over: "see x",
  });
});

test("the last line of 10 MB is found", async () => {
  const run = "yes | head -c 10000000; echo; echo VERDICT: QUESTION why?";
  expect(await attempt.by(engine, { run })).toMatchObject({ status: "question", reason: "why?" });
});

test("a command that ends badly fails, whatever its verdict, with the last that it said", async () => {
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

test("a reason is at most 500 characters", async () => {
  const { reason } = await attempt.by(engine, { run: "head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1" });
  expect(reason).toMatch(/^exit status 1: x+…$/);
  expect(reason).toHaveLength(500);
});

test("a configured command gets the prompt's file, the project as its directory, and the task's environment", async () => {
  const configured = commandEngine({ run: 'cat "$INTERSERVE_PROMPT_FILE"; pwd; echo "$EXTRA"' });
  await attempt.by(configured, { prompt: "Make it so.\n", env: { EXTRA: "more" } });
  expect(await attempt.text("output")).toBe(`Make it so.\n${attempt.path("project")}\nmore\n`);
});

test("a task's own command comes before the configured one", async () => {
  await attempt.by(commandEngine({ run: "echo configured" }), { run: "echo own" });
  expect(await attempt.text("output")).toBe("own\n");
});

test("without any command nothing runs, and the reason says what to do", async () => {
  expect(await attempt.by(engine)).toMatchObject({
    status: "error",
    failure: "task",
    reason: expect.stringMatching(/^the task has no `run`.*engines\.command\.run/),
  });
});

test("progress is what it says on either stream, without what a terminal would obey", async () => {
  await attempt.by(engine, { run: "printf '\\033[2Jout\\001\\n'; printf 'err\\n' >&2" });
  expect(attempt.progress.sort()).toEqual(["err", "out\ufffd"]);
});

test("one that takes too long is a failure of that kind", async () => {
  expect(await attempt.by(engine, { run: "exec sleep 1000", timeoutMs: 500 })).toMatchObject({
    status: "fail",
    failure: "timeout",
    reason: expect.stringContaining("timed out after 0.5 s"),
  });
});

test("one that is cancelled says so, not that it failed, and what it said is kept", async () => {
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

test("one that was cancelled before leaves no output, and names none", async () => {
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

test("one that a signal ends was killed", async () => {
  expect(await attempt.by(engine, { run: "kill -KILL $$" })).toMatchObject({
    status: "error",
    failure: "killed",
    signal: "SIGKILL",
  });
});

test("one whose directory is gone could not be started", async () => {
  await rm(attempt.path("project"), { recursive: true });
  expect(await attempt.by(engine, { run: "true" })).toEqual({
    status: "error",
    failure: "spawn",
    reason: expect.stringContaining(`the working directory ${attempt.path("project")} does not exist`),
  });
});
