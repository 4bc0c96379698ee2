import { type ActorRefFrom, assign, enqueueActions, setup } from "xstate";
import type { DependencyResult } from "../schemas/dependency-result.ts";
import type { ManifestTask } from "../schemas/manifest.ts";
import { isDone, isParked, type Outcome } from "../schemas/outcome.ts";
import { Chunked } from "./schedule/persistent.ts";
import * as schedule from "./schedule/schedule.ts";
import { taskMachine } from "./task.machine.ts";
import type { TaskEvent, TaskInput, TaskSettled, TaskWaiting } from "./task-setup.ts";

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
  | TaskWaiting
  /** A person's answer to the question of a parked task. */
  | { readonly type: "task.answer"; readonly task: string; readonly text: string }
  /** Nobody answers what is still open: the run ends with it parked. */
  | { readonly type: "questions.left" }
  /** Start nothing more of these tasks, or of all; what runs goes on. */
  | { readonly type: "run.withhold"; readonly tasks?: readonly string[]; readonly reason: string }
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
  /** Nothing can go on before a person answers the questions of these tasks: `task.answer`, or `questions.left`. */
  | { readonly type: "questions.open"; readonly tasks: readonly string[] }
  | { readonly type: "run.settled" };

/** Each task's number under the name that the outside knows it by; -1 where there is none. */
const numberOf = (context: OrchestratorContext, id: string): number =>
  context.spec.graph.indexOf.get(id) ?? -1;
/** Where the schedule has a task; nothing where there is none of that name. */
const stateOf = (context: OrchestratorContext, id: string): schedule.NodeState | undefined => {
  const task = numberOf(context, id);
  return task < 0 ? undefined : context.schedule.nodes.at(task);
};

/** Failures that every task of the same engine would come to. */
const stopsEngine = ({ failure }: Outcome): boolean =>
  failure === "auth" || failure === "quota" || failure === "configuration" || failure === "spawn";

const inputOf = ({ restored, fixes }: schedule.RunSpec, task: ManifestTask, number: number): TaskInput => ({
  id: task.id,
  retries: task.retries,
  fixes: fixes[number] ?? 0,
  isVerified: task.verify.length > 0,
  restored: restored.get(number),
});

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
  outcomes: Chunked.from(spec.graph.tasks.map((_, task) => spec.restored.get(task)?.outcome)),
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

/** Settles tasks that have not started with one outcome, and what cannot start without them as skipped. */
function closeUnstarted(
  parts: Parts,
  outcome: Outcome,
  tasks: readonly number[],
  effect: schedule.Effect,
): void {
  const { context } = parts;
  let outcomes = context.outcomes;
  for (const task of tasks) outcomes = closeTask(parts, task, outcome, outcomes);
  apply(
    parts,
    schedule.settleUnstarted(context.spec, context.schedule, tasks, effect, outcome.status),
    outcomes,
  );
}

/** Skips what has not started of some tasks; what depends on it goes with it as the mode has it. */
function withholdThose(parts: Parts, isMeant: (task: number) => boolean, reason: string): void {
  const { spec, schedule: now } = parts.context;
  const those = schedule.unstarted(spec, now).filter(isMeant);
  const effect = spec.mode.guards.skipsDependents(parts.context) ? "skip" : "hold";
  closeUnstarted(parts, { status: "skipped", reason }, those, effect);
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
    /** Nothing runs, and somebody is there to be asked. */
    awaitsAnswers: ({ context: { spec, schedule: now } }) =>
      spec.attended && now.running.length + now.waiting.length === 0 && schedule.parked(spec, now).length > 0,
    nothingRuns: ({ context: { schedule } }) => schedule.running.length + schedule.waiting.length === 0,
    /** Of a task that settled twice, or that nobody started, nothing is taken. */
    isStale: ({ context }, settled: TaskSettled) => stateOf(context, settled.task) !== "running",
    isRunning: ({ context }, id: string) => stateOf(context, id) === "running",
    isWaiting: ({ context }, id: string) => stateOf(context, id) === "waiting",
    isParked: ({ context }, id: string) => {
      const state = stateOf(context, id);
      return state === "question" || state === "escalated";
    },
    releasesDependents: (_, { outcome }: TaskSettled) => isDone(outcome.status),
    skipsDependents: ({ context }, { outcome }: TaskSettled) =>
      !isParked(outcome.status) && context.spec.mode.guards.skipsDependents(context),
  },
  actions: {
    /** All in one `assign`: a spawn action each would copy the map of children once a task. */
    spawnTasks: assign({
      actors: ({ context, spawn }) =>
        context.spec.graph.tasks.map((task, number) =>
          // The prefix keeps an id such as `__proto__` out of the keys of the map of children.
          spawn("task", { id: `task:${task.id}`, input: inputOf(context.spec, task, number) }),
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
      apply({ context, enqueue }, schedule.openBarrier(context.spec, context.schedule)),
    ),
    announceHeldBatch: enqueueActions(({ context, enqueue }) => {
      const next = schedule.openBarrier(context.spec, context.schedule).ready;
      enqueue.emit({
        type: "batch.held",
        next: next.map((task) => context.spec.graph.tasks[task]?.id ?? ""),
      });
    }),
    putOff: enqueueActions(({ context, enqueue }, id: string) =>
      enqueue.assign({ schedule: schedule.defer(context.schedule, numberOf(context, id)) }),
    ),
    closePutOff: enqueueActions(({ context, enqueue }, id: string) => {
      const task = numberOf(context, id);
      const outcome: Outcome = { status: "cancelled", reason: "cancelled while it waited" };
      closeUnstarted({ context, enqueue }, outcome, [task], "hold");
    }),
    takeBack: enqueueActions(({ context, enqueue }, id: string) => {
      enqueue.assign({
        schedule: schedule.requeue(context.spec, context.schedule, numberOf(context, id)),
      });
      enqueue.emit({ type: "task.ready", task: id });
    }),
    passAnswer: enqueueActions(({ context, enqueue }, { task: id, text }: { task: string; text: string }) => {
      const task = numberOf(context, id);
      const dependencies = resultsFor(context, context.outcomes, task);
      tell({ context, enqueue }, task, { type: "task.answer", text, dependencies });
    }),
    withhold: enqueueActions(
      (
        { context, enqueue },
        { tasks, reason }: { tasks?: readonly string[] | undefined; reason: string },
      ) => {
        const named = tasks && new Set(tasks.map((id) => numberOf(context, id)));
        withholdThose({ context, enqueue }, (task) => named?.has(task) ?? true, reason);
      },
    ),
    /** What every other task of the engine would come to as well is not tried once more. */
    withholdEngine: enqueueActions(({ context, enqueue }, { task, outcome }: TaskSettled) => {
      const { engines } = context.spec;
      const engine = engines[numberOf(context, task)];
      if (engine === undefined || !stopsEngine(outcome)) return;
      const reason = `needs the engine ${engine}, which failed for ${task}: ${outcome.reason ?? outcome.failure}`;
      withholdThose({ context, enqueue }, (other) => engines[other] === engine, reason);
    }),
    cancelAll: enqueueActions(({ context, enqueue }, reason: string) => {
      const outcome: Outcome = { status: "cancelled", reason };
      closeUnstarted(
        { context, enqueue },
        outcome,
        schedule.unstarted(context.spec, context.schedule),
        "hold",
      );
      for (const task of context.schedule.running)
        tell({ context, enqueue }, task, { type: "task.cancel", outcome });
    }),
    skipRest: enqueueActions(({ context, enqueue }) =>
      closeUnstarted(
        { context, enqueue },
        { status: "skipped", reason: "waits for a task that is parked" },
        schedule.unstarted(context.spec, context.schedule),
        "hold",
      ),
    ),
    announceQuestions: enqueueActions(({ context, enqueue }) => {
      const tasks = schedule.parked(context.spec, context.schedule);
      enqueue.emit({
        type: "questions.open",
        tasks: tasks.map((task) => context.spec.graph.tasks[task]?.id ?? ""),
      });
    }),
    announceEnd: enqueueActions(({ enqueue }) => enqueue.emit({ type: "run.settled" })),
  },
});
