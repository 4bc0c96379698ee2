import { describe, expect, test } from "vitest";
import { secondsUntilReset } from "../../../src/engines/codex/failures.ts";
import { attempt, makeAttemptForEachTest } from "../attempt.ts";
import { completed, failed, message, outcomeOf, started } from "./fake-codex.ts";

makeAttemptForEachTest();

describe("the reset time of a usage limit", () => {
  const now = new Date("2026-11-25T08:00:30");
  test.each([
    [
      "You've hit your usage limit. Upgrade to Plus (https://x.invalid/a) or try again at 8:29 AM.",
      29 * 60 + 30,
    ],
    ["You’ve hit your usage limit. Try again at 12:05 PM.", 4 * 3600 + 5 * 60 + 30],
    ["You've hit your usage limit. Try again at Nov 26th, 2026 12:00 AM.", 16 * 3600 + 30],
    ["You've hit your usage limit. Try again at Jan 1st, 2027 8:00 AM.", 37 * 24 * 3600 + 30],
    ["You've hit your usage limit. Try again at 7:59 AM.", 0],
    ["You've hit your usage limit. Try again later.", undefined],
    ["You've hit your usage limit. Try again at Foo 99th, 2026 1:00 AM.", undefined],
  ])("is read from %j", (message, seconds) => {
    expect(secondsUntilReset(message, now)).toBe(seconds);
  });

  test("is the time until the retry", async () => {
    const text = "You've hit your usage limit. Try again at Jan 1st, 2099 8:00 AM.";
    const { retry_after_s } = await outcomeOf(attempt, { lines: [started, failed(text)], exit: 1 });
    expect(retry_after_s).toBeGreaterThan(3600);
  });
});

describe("a failed turn of Codex", () => {
  test.each([
    ["exceeded retry limit, last status: 429 Too Many Requests", "rate_limited"],
    ["rate limit exceeded: Try again.", "rate_limited"],
    ["You’ve hit your usage limit. Try again later.", "rate_limited"],
    ["You've hit your usage limit. Try again later.", "rate_limited"],
    ["Quota exceeded. Check your plan and billing details.", "quota"],
    ["unexpected status 401 Unauthorized: Missing bearer", "auth"],
    ["unexpected status 403 Forbidden", "auth"],
    ["unexpected status 401 Unauthorized: not a 429, nor a usage limit", "auth"],
    ["unexpected status 503 Service Unavailable: later", "transient"],
    ["unexpected status 404 Not Found: status 401, high demand", "task"],
    ["Selected model is at capacity. Please try a different model.", "transient"],
    ["Codex ran out of room in the model's context window.", "task"],
    ["Missing environment variable: `OPENAI_API_KEY`.", "auth"],
    ["We're currently experiencing high demand, which may cause temporary errors.", "transient"],
    ["stream disconnected before completion: closed", "transient"],
    ["Connection failed: error sending request", "transient"],
    ['{"error":{"message":"no such model","code":"model_not_found"}}', "task"],
    ["port 4290 is taken", "task"],
  ])("with %j is %s", async (text, failure) => {
    expect(await outcomeOf(attempt, { lines: [started, failed(text)], exit: 1 })).toMatchObject({
      status: "fail",
      failure,
      reason: text,
      exit_code: 1,
      session_id: "thread-1",
    });
  });

  test("fails whatever the verdict, for the reason in its own event", async () => {
    const lines = [started, message("429 rate limit\nVERDICT: CLEAN"), failed("something broke")];
    expect(await outcomeOf(attempt, { lines, exit: 0 })).toMatchObject({
      status: "fail",
      failure: "task",
      reason: "something broke",
    });
  });

  test("has a reason of one bounded line", async () => {
    const { reason } = await outcomeOf(attempt, {
      lines: [started, failed(`a\n\u001b[31mb ${"x".repeat(1000)}`)],
      exit: 1,
    });
    expect(reason).toMatch(/^a b x+…$/);
    expect(reason).toHaveLength(500);
  });

  test.each([
    { type: "turn.failed" },
    { type: "turn.failed", error: null },
    { type: "turn.failed", error: {} },
  ])("without a message, as in %j, is a failure", async (event) => {
    expect(await outcomeOf(attempt, { lines: [started, event], exit: 1 })).toMatchObject({
      status: "fail",
      reason: "the turn failed, and Codex did not say why",
    });
  });
});

describe("an attempt of Codex without a last event", () => {
  test("is a crash after exit status 0", async () => {
    expect(await outcomeOf(attempt, { lines: [started, message("VERDICT: CLEAN")] })).toMatchObject({
      status: "error",
      failure: "crashed",
    });
    expect(await outcomeOf(attempt, { lines: [] })).toMatchObject({ status: "error", failure: "crashed" });
  });

  test("is a configuration error with the text of standard error if nothing has started", async () => {
    const stderr = "Reading prompt from stdin...\nError: unknown variant `x`\n";
    expect(await outcomeOf(attempt, { lines: [], stderr, exit: 1 })).toMatchObject({
      status: "error",
      failure: "configuration",
      reason: "Error: unknown variant `x`",
      exit_code: 1,
    });
  });

  test.each([
    [1, "crashed"],
    [143, "killed"],
    [137, "killed"],
  ])("that ends in the middle with exit status %i is %s", async (exit, failure) => {
    expect(await outcomeOf(attempt, { lines: [started], stderr: "panicked\n", exit })).toMatchObject({
      status: "error",
      failure,
      reason: `ended with exit status ${exit} before its turn was over: panicked`,
    });
  });

  test("that a foreign signal ends was killed", async () => {
    expect(await outcomeOf(attempt, { lines: [started], kill: "SIGKILL" })).toMatchObject({
      status: "error",
      failure: "killed",
      signal: "SIGKILL",
    });
  });
});

describe("an attempt of Codex that interserve ends", () => {
  test("because its time is up is a timeout, whatever the events say", async () => {
    const lines = [started, message("So far."), failed("429")];
    expect(await outcomeOf(attempt, { lines, hang: true }, { timeoutMs: 500 })).toMatchObject({
      status: "fail",
      failure: "timeout",
    });
  });

  test("because of a cancel is cancelled, and its message so far is kept", async () => {
    const outcome = outcomeOf(attempt, { lines: [started, message("So far."), completed], hang: true });
    await attempt.told("So far.");
    attempt.controller.abort();
    expect(await outcome).toMatchObject({ status: "cancelled", session_id: "thread-1", output_bytes: 7 });
    expect(await attempt.text("output")).toBe("So far.");
  });
});
