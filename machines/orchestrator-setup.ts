import { type ActorRefFrom, assign, enqueueActions, setup } from "xstate";
import { isDone, isParked, type Outcome } from "../schemas/outcome.ts";
import type { DependencyResult } from "../schemas/routing.ts";
import { Chunked } from "./persistent.ts";
import * as schedule from "./schedule.ts";
import { type TaskEvent, type TaskSettled, taskMachine } from "./task.machine.ts";

export interface OrchestratorContext {
  readonly spec: schedule.RunSpec;
  readonly schedule: schedule.Schedule;
  /** One actor for each task, by number. */
  readonly actors: readonly ActorRefFrom<typeof taskMachine>[];
  /** What each task came to, by number; one owner, so a result is never copied. */
  readonly outcomes: Chunked<Outcome | undefined>;
}

export type OrchestratorEvent =
  | TaskSettled
  /** A person's word that the next batch may start. */
  | { readonly type: "batch.approved" }
  /** Start nothing more, end what runs. */
  | { readonly type: "run.cancel"; readonly reason: string };

/** What the orchestrator tells the world, in the order in which it happened. */
export type OrchestratorEmitted =
  | { readonly type: "task.ready"; readonly task: string }
  | { readonly type: "task.settled"; readonly task: string; readonly outcome: Outcome }
  /** A batch has settled, and the next one, of these tasks, waits for `batch.approved`. */
  | { readonly type: "batch.held"; readonly next: readonly string[] }
  | { readonly type: "run.settled" };

/** Each task's number under the name that the outside knows it by; -1 where there is none. */
const numberOf = (context: OrchestratorContext, id: string): number =>
  context.spec.graph.indexOf.get(id) ?? -1;
const isRunning = (context: OrchestratorContext, id: string): boolean =>
  context.schedule.running.includes(numberOf(context, id));

/** The results of a task's explicit dependencies: what is routed into it. */
function resultsFor(
  { spec: { graph } }: OrchestratorContext,
  outcomes: OrchestratorContext["outcomes"],
  task: number,
): DependencyResult[] {
  return (graph.depends[task] ?? []).flatMap((dependency) => {
    const outcome = outcomes.at(dependency);
    const from = graph.tasks[dependency];
    return outcome && from ? [{ id: from.id, title: from.title ?? from.id, outcome }] : [];
  });
}

export const initialContext = (spec: schedule.RunSpec): OrchestratorContext => ({
  spec,
  schedule: schedule.initialSchedule(spec).schedule,
  actors: [],
  outcomes: Chunked.from<Outcome | undefined>(spec.graph.tasks.map(() => undefined)),
});

interface Parts {
  readonly context: OrchestratorContext;
  // biome-ignore lint/suspicious/noExplicitAny: the queue's own type names the whole machine; only these three are used.
  readonly enqueue: { assign: any; emit: (event: OrchestratorEmitted) => void; sendTo: any };
}

/** Tells one task something. */
const tell = ({ context, enqueue }: Parts, task: number, event: TaskEvent): void =>
  enqueue.sendTo(context.actors[task], event);

/** Takes over a changed schedule and tells the tasks concerned, and the world, what became of them. */
function apply(parts: Parts, change: schedule.Change, outcomes = parts.context.outcomes): void {
  const { context, enqueue } = parts;
  const nameOf = (task: number) => context.spec.graph.tasks[task]?.id ?? "";
  let settled = outcomes;
  for (const { task, because } of change.skipped) {
    const reason = `depends on ${nameOf(because)}, which did not pass`;
    settled = closeTask(parts, task, { status: "skipped", reason }, settled);
  }
  for (const task of change.ready) {
    tell(parts, task, { type: "task.ready", dependencies: resultsFor(context, settled, task) });
    enqueue.emit({ type: "task.ready", task: nameOf(task) });
  }
  enqueue.assign({ schedule: change.schedule, outcomes: settled });
}

/** Settles a task that does not run: tells its actor and the world. */
function closeTask(
  parts: Parts,
  task: number,
  outcome: Outcome,
  outcomes: OrchestratorContext["outcomes"],
): OrchestratorContext["outcomes"] {
  tell(parts, task, { type: outcome.status === "skipped" ? "task.skip" : "task.cancel", outcome });
  parts.enqueue.emit({
    type: "task.settled",
    task: parts.context.spec.graph.tasks[task]?.id ?? "",
    outcome,
  });
  return outcomes.with(task, outcome);
}

/** Settles every task that has not started with one outcome. */
function closeRest(parts: Parts, outcome: Outcome): void {
  const { spec, schedule: before, outcomes: known } = parts.context;
  let { schedule: now, outcomes } = { schedule: before, outcomes: known };
  for (const task of schedule.waiting(spec, before)) {
    now = schedule.settle(spec, now, task, outcome.status, "hold").schedule;
    outcomes = closeTask(parts, task, outcome, outcomes);
  }
  parts.enqueue.assign({ schedule: now, outcomes });
}

/** The orchestrator's vocabulary: what its chart, and the parts of it that a mode adds, are written in. */
export const orchestratorSetup = setup({
  types: {
    context: {} as OrchestratorContext,
    events: {} as OrchestratorEvent,
    emitted: {} as OrchestratorEmitted,
    input: {} as { readonly spec: schedule.RunSpec },
  },
  actors: { task: taskMachine },
  guards: {
    mayStartOne: ({ context }) =>
      context.spec.mode.guards.hasSlot(context) &&
      schedule.nextToStart(context.spec, context.schedule) !== undefined,
    batchHasSettled: ({ context }) => context.spec.mode.guards.batchHasSettled(context),
    awaitsApproval: ({ context }) => context.spec.mode.guards.awaitsApproval(context),
    nothingRuns: ({ context }) => context.schedule.running.length === 0,
    /** Of a task that settled twice, or that nobody started, nothing is taken. */
    isStale: ({ context }, settled: TaskSettled) => !isRunning(context, settled.task),
    releasesDependents: (_, { outcome }: TaskSettled) => isDone(outcome.status),
    skipsDependents: ({ context }, { outcome }: TaskSettled) =>
      !isParked(outcome.status) && context.spec.mode.guards.skipsDependents(context),
  },
  actions: {
    /** All in one `assign`: a spawn action each would copy the map of children once a task. */
    spawnTasks: assign({
      actors: ({ context, spawn }) =>
        context.spec.graph.tasks.map(({ id, retries }) =>
          // The prefix keeps an id such as `__proto__` out of the keys of the map of children.
          spawn("task", { id: `task:${id}`, input: { id, retries } }),
        ),
    }),
    announceReady: enqueueActions(({ context, enqueue }) =>
      apply({ context, enqueue }, schedule.initialSchedule(context.spec)),
    ),
    startNext: enqueueActions(({ context, enqueue }) => {
      const task = schedule.nextToStart(context.spec, context.schedule);
      if (task === undefined) return;
      enqueue.assign({ schedule: schedule.start(context.spec, context.schedule, task) });
      tell({ context, enqueue }, task, { type: "task.start" });
    }),
    settle: enqueueActions(
      ({ context, enqueue }, { settled, effect }: { settled: TaskSettled; effect: schedule.Effect }) => {
        const task = numberOf(context, settled.task);
        enqueue.emit({ type: "task.settled", task: settled.task, outcome: settled.outcome });
        const change = schedule.settle(context.spec, context.schedule, task, settled.outcome.status, effect);
        apply({ context, enqueue }, change, context.outcomes.with(task, settled.outcome));
      },
    ),
    openBatch: enqueueActions(({ context, enqueue }) =>
      apply({ context, enqueue }, schedule.openGate(context.spec, context.schedule)),
    ),
    announceHeldBatch: enqueueActions(({ context, enqueue }) => {
      const next = schedule.openGate(context.spec, context.schedule).ready;
      enqueue.emit({
        type: "batch.held",
        next: next.map((task) => context.spec.graph.tasks[task]?.id ?? ""),
      });
    }),
    cancelAll: enqueueActions(({ context, enqueue }, reason: string) => {
      const outcome: Outcome = { status: "cancelled", reason };
      closeRest({ context, enqueue }, outcome);
      for (const task of context.schedule.running)
        tell({ context, enqueue }, task, { type: "task.cancel", outcome });
    }),
    skipRest: enqueueActions(({ context, enqueue }) =>
      closeRest({ context, enqueue }, { status: "skipped", reason: "waits for a task that is parked" }),
    ),
    announceEnd: enqueueActions(({ enqueue }) => enqueue.emit({ type: "run.settled" })),
  },
});
