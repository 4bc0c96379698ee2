import { type Actor, createActor } from "xstate";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import type { Job } from "../job/job.ts";
import type { Attempts } from "./attempts.ts";
import type { RunOptions } from "./handle.ts";
import type { Questions } from "./questions.ts";

/** Creates the orchestrator of a job with the actors that run attempts and ask questions; it is not started yet. */
export function createOrchestrator(
  { mode, spec }: Job,
  attempts: Attempts,
  questions: Questions,
  { ask, inspect }: RunOptions,
): Actor<ReturnType<typeof orchestratorMachine>> {
  const task = taskMachine.provide({
    actors: attempts.actors,
    actions: { endAttempt: ({ context }) => attempts.end(context.id) },
  });
  const machine = orchestratorMachine(mode.name).provide({ actors: { task, ...questions.actors } });
  return createActor(machine, {
    input: { spec: { ...spec, attended: ask !== undefined } },
    ...(inspect ? { inspect } : {}),
  });
}
