import { describe, expect, test } from "vitest";
import { type RetriesUsed, retryClassFor } from "../../machines/retries.ts";
import type { Retries } from "../../schemas/manifest.ts";
import { failureKinds, type Outcome } from "../../schemas/outcome.ts";

const classOf = (outcome: Omit<Outcome, "status">, retries: Retries, more: object = {}) =>
  retryClassFor({ status: "fail", ...outcome }, { retries, isCommand: true, retriesUsed: {}, ...more });
const agent = { isCommand: false };
const one = { exit: 1, timeout: 1, crash: 1, stall: 1, signal: 1, transient: 1, verify: 1 };

describe("a failure of a command", () => {
  test.each([
    [{ failure: "task", exit_code: 1 }, "exit"],
    [{ failure: "task", exit_code: 137 }, "signal"],
    [{ failure: "task", exit_code: 139 }, "crash"],
    [{ failure: "killed", signal: "SIGKILL" }, "signal"],
    [{ failure: "killed", signal: "SIGSEGV" }, "crash"],
    [{ failure: "timeout" }, "timeout"],
    [{ failure: "stalled" }, "stall"],
    [{ failure: "verify" }, "verify"],
    [{ failure: "transient" }, "transient"],
    [{ failure: "task", exit_code: 0 }, undefined],
  ] as const)("%o is retried as %s", (outcome, name) => {
    expect(classOf(outcome, one)).toBe(name);
    expect(classOf(outcome, 1)).toBe(name);
  });

  test("counts as a wider class if the narrower one has no retries left", () => {
    expect(classOf({ failure: "task", exit_code: 139 }, { exit: 1 })).toBe("exit");
    expect(classOf({ failure: "task", exit_code: 139 }, { signal: 1 })).toBe("signal");
    const retriesUsed: RetriesUsed = { crash: 1 };
    expect(classOf({ failure: "killed", signal: "SIGABRT" }, { crash: 1, signal: 1 }, { retriesUsed })).toBe(
      "signal",
    );
  });
});

test.each([0, 3, one])("what another attempt cannot change is never retried, with retries %o", (retries) => {
  const never = failureKinds.filter((kind) =>
    ["auth", "quota", "configuration", "spawn", "io", "rate_limited"].includes(kind),
  );
  for (const failure of never) expect(classOf({ failure }, retries)).toBeUndefined();
  expect(retryClassFor({ status: "cancelled" }, { retries, ...agent, retriesUsed: {} })).toBeUndefined();
  expect(retryClassFor({ status: "question" }, { retries, ...agent, retriesUsed: {} })).toBeUndefined();
});

test("an agent's own verdict, whatever its exit status, is not retried", () => {
  expect(classOf({ failure: "task", exit_code: 1 }, 3, agent)).toBeUndefined();
  expect(classOf({ failure: "task", exit_code: 1 }, one, agent)).toBeUndefined();
});

test("an agent's failed check is retried only if the map names it", () => {
  expect(classOf({ failure: "verify" }, 3, agent)).toBeUndefined();
  expect(classOf({ failure: "verify" }, { verify: 1 }, agent)).toBe("verify");
});

test("a number counts for all classes together, a map for each class", () => {
  const retriesUsed: RetriesUsed = { timeout: 1, exit: 1 };
  expect(classOf({ failure: "timeout" }, 2, { retriesUsed })).toBeUndefined();
  expect(classOf({ failure: "timeout" }, 3, { retriesUsed })).toBe("timeout");
  expect(classOf({ failure: "timeout" }, { timeout: 1, stall: 5 }, { retriesUsed })).toBeUndefined();
  expect(classOf({ failure: "stalled" }, { timeout: 1, stall: 5 }, { retriesUsed })).toBe("stall");
});
