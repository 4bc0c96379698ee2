import { expect, test } from "vitest";
import { createActor, fromPromise } from "xstate";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import { runSpec } from "../../machines/schedule/run-spec.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import type { AttemptInput, BackoffInput, VerifyInput } from "../../machines/task-setup.ts";
import type { Outcome } from "../../schemas/outcome.ts";

/** One task with retries, fixes and a `verify` command, whose actors a test ends by hand. */
function oneTask() {
  const task = {
    id: "a",
    depends: [],
    files: [],
    verify: [{ run: "true", expect: "exit 0" }],
    retries: 5,
  };
  const stages = [{ name: "s", tasks: [task] }];
  const manifest = { stages, stage_barriers: "strict", max_parallel: 1, pause: false } as const;
  const mutable = { ...manifest, stages };
  const spec = runSpec(mutable, modeConfigs["dependency-driven"], { fixes: [5] });
  const log: string[] = [];
  const ends = new Map<string, (outcome: Outcome) => void>();
  const stepped = <Input>(name: string) =>
    fromPromise<Outcome, Input>(() => {
      log.push(name);
      return new Promise((resolve) => ends.set(name, resolve));
    });
  const machine = orchestratorMachine("dependency-driven").provide({
    actors: {
      task: taskMachine.provide({
        actors: {
          attempt: stepped<AttemptInput>("attempt"),
          verify: stepped<VerifyInput>("verify"),
          backoff: fromPromise<void, BackoffInput>(async () => void log.push("backoff")),
        },
      }),
    },
  });
  const actor = createActor(machine, { input: { spec } });
  actor.on("task.settled", ({ outcome }) => log.push(`settled ${outcome.status}`));
  actor.on("run.settled", () => log.push("end"));
  actor.start();
  const end = async (name: string, outcome: Outcome) => {
    ends.get(name)?.(outcome);
    await new Promise(setImmediate);
  };
  return { actor, log, end };
}

test.each([
  ["a transient failure", { status: "error", failure: "transient" }, "settled error"],
  ["a usage limit", { status: "fail", failure: "rate_limited" }, "settled fail"],
  ["a pass that nobody has verified", { status: "pass" }, "settled cancelled"],
] as const)("after a cancel there is no other try: %s", async (_, outcome, settled) => {
  const { actor, log, end } = oneTask();
  actor.send({ type: "run.cancel", reason: "test" });
  await end("attempt", outcome);
  expect(log).toEqual(["attempt", settled, "end"]);
});

test("nor does a failing verify command go back to the agent after a cancel", async () => {
  const { actor, log, end } = oneTask();
  await end("attempt", { status: "pass" });
  actor.send({ type: "run.cancel", reason: "test" });
  await end("verify", { status: "fail", failure: "verify" });
  expect(log).toEqual(["attempt", "verify", "settled fail", "end"]);
});

test("without a cancel each of them is tried again", async () => {
  const { log, end } = oneTask();
  await end("attempt", { status: "error", failure: "transient" });
  await end("attempt", { status: "fail", failure: "rate_limited" });
  await end("attempt", { status: "pass" });
  await end("verify", { status: "fail", failure: "verify" });
  await end("attempt", { status: "pass" });
  await end("verify", { status: "pass" });
  expect(log.join(" ")).toBe(
    "attempt backoff attempt backoff attempt verify attempt verify settled pass end",
  );
});
