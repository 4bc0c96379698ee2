import { describe, expect, test } from "vitest";
import { createActor, fromPromise } from "xstate";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import type { AttemptInput, BackoffInput } from "../../machines/task-setup.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import { specOf } from "./model.ts";

/** A run of independent tasks `t0`, `t1` and so on, whose attempts end when a test says so. */
function start(count: number, maxParallel = count) {
  const tasks = Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, ""]));
  const ends = new Map<string, (outcome: Outcome) => void>();
  const waits = new Map<string, (value: undefined) => void>();
  const machine = orchestratorMachine("all-parallel").provide({
    actors: {
      task: taskMachine.provide({
        actors: {
          attempt: fromPromise<Outcome, AttemptInput>(
            ({ input }) => new Promise((resolve) => ends.set(input.id, resolve)),
          ),
          backoff: fromPromise<void, BackoffInput>(
            ({ input }) => new Promise((resolve) => waits.set(input.id, () => resolve())),
          ),
        },
      }),
    },
  });
  const spec = specOf({ stages: [tasks], maxParallel }, "all-parallel");
  const actor = createActor(machine, { input: { spec } });
  const limits: number[] = [];
  actor.on("run.throttled", ({ limit }) => limits.push(limit));
  actor.start();
  /** Ends an attempt, or a wait, and lets the machines take notice. */
  const settle = async <T>(by: Map<string, (value: T) => void>, task: number, value: T) => {
    by.get(`t${task}`)?.(value);
    await new Promise(setImmediate);
  };
  return {
    limits,
    outcomeOf: (task: number) => actor.getSnapshot().context.outcomes.at(task),
    running: () => actor.getSnapshot().context.schedule.running.length,
    starve: (task: number) =>
      settle(ends, task, { status: "error", failure: "resources", reason: "too many open files" }),
    pass: (task: number) => settle(ends, task, { status: "pass" }),
    endWait: (task: number) => settle(waits, task, undefined),
  };
}

describe("a shortage of resources", () => {
  test("lowers the number of tasks that run at a time by a quarter, once for those that run already", async () => {
    const run = start(8);
    expect(run.running()).toBe(8);
    await run.starve(7);
    await run.starve(6);
    expect({ limits: run.limits, running: run.running() }).toEqual({ limits: [6], running: 6 });
    await run.starve(5);
    expect({ limits: run.limits, running: run.running() }).toEqual({ limits: [6, 4], running: 5 });
  });

  test("starts a starved task again once there is room for it", async () => {
    const run = start(4);
    await run.starve(3);
    await run.endWait(3);
    expect({ limits: run.limits, running: run.running() }).toEqual({ limits: [3], running: 3 });
    await run.pass(0);
    expect(run.running()).toBe(3);
    await run.pass(3);
    expect(run.outcomeOf(3)).toEqual({ status: "pass" });
  });

  test("lets one more task run after each round of settled ones", async () => {
    const run = start(12, 4);
    await run.starve(0);
    const counts: number[] = [];
    for (const task of [1, 2, 3]) {
      await run.pass(task);
      counts.push(run.running());
    }
    expect({ limits: run.limits, counts }).toEqual({ limits: [3], counts: [3, 3, 4] });
  });

  test("fails a task that is alone and starved again and again, with what is lacking", async () => {
    const run = start(1);
    for (let count = 0; count < 4; count += 1) {
      await run.starve(0);
      expect(run.outcomeOf(0)).toBeUndefined();
      await run.endWait(0);
    }
    await run.starve(0);
    expect(run.outcomeOf(0)).toEqual({
      status: "error",
      failure: "resources",
      reason: "too many open files",
    });
    expect(run.limits).toEqual([1]);
  });
});
