import { fromPromise, setup } from "xstate";
import { shellEngine } from "../schemas/engines.ts";
import type { ManifestTask } from "../schemas/manifest.ts";
import { isDone, isParked } from "../schemas/outcome.ts";
import {
  type ActorEnded,
  type Answer,
  type OpenQuestion,
  type OrchestratorContext,
  type OrchestratorEmitted,
  type OrchestratorEvent,
  stateOf,
} from "./orchestrator-context.ts";
import { isIdle, isParkedState, nextToStart } from "./schedule/schedule.ts";
import type { RunSpec } from "./schedule/types.ts";
import * as steps from "./steps.ts";
import { taskMachine } from "./task.machine.ts";
import type { TaskInput } from "./task-setup.ts";

const unprovided = (what: string) => () => Promise.reject(new Error(`no ${what} actor was provided`));

const inputOf = ({ restored, fixes, engines }: RunSpec, task: ManifestTask, number: number): TaskInput => ({
  id: task.id,
  retries: task.retries,
  isCommand: engines[number] === shellEngine,
  fixes: fixes[number] ?? 0,
  isVerified: task.verify.length > 0,
  restored: restored.get(number),
});

const base = setup({
  types: {
    context: {} as OrchestratorContext,
    events: {} as OrchestratorEvent | ActorEnded,
    emitted: {} as OrchestratorEmitted,
    input: {} as { readonly spec: RunSpec },
  },
  actors: {
    task: taskMachine,
    /** Asks whether the next batch, of these tasks, may start. */
    approveBatch: fromPromise<boolean, { readonly next: readonly string[] }>(unprovided("approveBatch")),
    /** Asks the questions of parked tasks, all in one go, and resolves with the answers. */
    askQuestions: fromPromise<readonly Answer[], { readonly questions: readonly OpenQuestion[] }>(
      unprovided("askQuestions"),
    ),
  },
});

type Event = OrchestratorEvent | ActorEnded;

/** An action that performs a step: changes the context, then emits and sends. */
const perform = (stepOf: (context: OrchestratorContext, event: Event) => steps.Step | undefined) =>
  base.enqueueActions(({ context, event, enqueue }) => {
    const step = stepOf(context, event);
    if (!step) return;
    enqueue.assign(step.context);
    for (const emitted of step.emitted) enqueue.emit(emitted);
    for (const { task, event } of step.sent) {
      const actor = context.actors[task];
      if (actor) enqueue.sendTo(actor, event);
    }
  });

/** An action that performs the step that events of one type lead to; on any other event it does nothing. */
const performOn = <const Type extends Event["type"]>(
  type: Type,
  stepOf: (context: OrchestratorContext, event: Extract<Event, { readonly type: Type }>) => steps.Step,
) =>
  perform((context, event) =>
    event.type === type ? stepOf(context, event as Extract<Event, { readonly type: Type }>) : undefined,
  );

const stateOfTaskIn = (context: OrchestratorContext, event: Event) =>
  "task" in event ? stateOf(context, event.task) : undefined;

/** The orchestrator's vocabulary: what its chart, and the parts of it that a mode adds, are written in. */
export const orchestratorSetup = base.extend({
  guards: {
    mayStartOne: ({ context }) =>
      !steps.isAtLimit(context) &&
      context.spec.mode.guards.hasSlot(context) &&
      nextToStart(context.spec, context.schedule) !== undefined,
    batchHasSettled: ({ context }) => context.spec.mode.guards.batchHasSettled(context),
    awaitsApproval: ({ context }) => context.spec.mode.guards.awaitsApproval(context),
    isApproved: ({ event }) => event.type === "xstate.done.actor.approveBatch" && event.output,
    nothingRuns: ({ context }) => isIdle(context.schedule),
    /** Nothing runs, and somebody is there to answer what is open. */
    awaitsAnswers: ({ context }) =>
      context.spec.attended && isIdle(context.schedule) && steps.openQuestions(context).length > 0,
    hasAnswers: ({ event }) => event.type === "xstate.done.actor.askQuestions" && event.output.length > 0,
    /** A task that settled twice, or that nobody started, is ignored. */
    isStale: ({ context, event }) => stateOfTaskIn(context, event) !== "running",
    isRunning: ({ context, event }) => stateOfTaskIn(context, event) === "running",
    isWaiting: ({ context, event }) => stateOfTaskIn(context, event) === "waiting",
    isParked: ({ context, event }) => isParkedState(stateOfTaskIn(context, event)),
    releasesDependents: ({ event }) => event.type === "task.settled" && isDone(event.outcome.status),
    skipsDependents: ({ context, event }) =>
      event.type === "task.settled" &&
      !isParked(event.outcome.status) &&
      context.spec.mode.guards.skipsDependents(context),
  },
  actions: {
    /** All in one `assign`: a spawn action for each would copy the map of children once per task. */
    spawnTasks: base.assign({
      actors: ({ context, spawn }) =>
        context.spec.graph.tasks.map((task, number) =>
          // The prefix keeps an id such as `__proto__` out of the keys of the map of children.
          spawn("task", { id: `task:${task.id}`, input: inputOf(context.spec, task, number) }),
        ),
    }),
    announceReady: perform(steps.announceReady),
    startNext: perform(steps.startNext),
    settleAndRelease: performOn("task.settled", (context, settled) =>
      steps.settle(context, settled, "release"),
    ),
    settleAndSkip: performOn("task.settled", (context, settled) => steps.settle(context, settled, "skip")),
    settleAndHold: performOn("task.settled", (context, settled) => steps.settle(context, settled, "hold")),
    withholdEngine: performOn("task.settled", steps.withholdEngine),
    openBatch: perform(steps.openBatch),
    declineBatch: perform((context) => steps.cancelAll(context, { reason: "stopped between batches" })),
    throttle: performOn("task.starved", steps.throttle),
    defer: performOn("task.waiting", (context, { task }) => steps.defer(context, task)),
    cancelDeferred: performOn("task.waiting", (context, { task }) => steps.cancelDeferred(context, task)),
    requeue: performOn("task.requeue", (context, { task }) => steps.requeue(context, task)),
    passAnswer: performOn("task.answer", (context, answer) => steps.passAnswers(context, [answer])),
    passAnswers: performOn("xstate.done.actor.askQuestions", (context, { output }) =>
      steps.passAnswers(context, output),
    ),
    dismissQuestion: performOn("question.dismissed", (context, { task }) => steps.dismiss(context, task)),
    withhold: performOn("run.withhold", steps.withhold),
    cancelAll: performOn("run.cancel", steps.cancelAll),
    skipRest: perform(steps.skipRest),
    announceEnd: base.emit({ type: "run.settled" }),
  },
});
