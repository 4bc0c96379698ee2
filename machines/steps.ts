import type { DependencyResult, FinishedTask } from "../schemas/dependency-result.ts";
import type { Outcome } from "../schemas/outcome.ts";
import {
  type Answer,
  attemptOf,
  type Cancellation,
  idOf,
  type Limit,
  numberOf,
  type OpenQuestion,
  type OrchestratorContext,
  type OrchestratorEmitted,
} from "./orchestrator-context.ts";
import { barrierBefore, tasksBehind } from "./schedule/order.ts";
import * as schedule from "./schedule/schedule.ts";
import type { Change, Effect } from "./schedule/types.ts";
import { skipReasons } from "./skip-reasons.ts";
import type { RoutedResults, TaskEvent, TaskSettled, TaskStarved } from "./task-setup.ts";

/**
 * Steps of a run: what an event changes in the context, what it sends to tasks and what it emits. Pure; the
 * orchestrator's actions perform them.
 */
export interface Step {
  readonly context: Partial<OrchestratorContext>;
  readonly sent: readonly { readonly task: number; readonly event: TaskEvent }[];
  readonly emitted: readonly OrchestratorEmitted[];
}

type Sent = Step["sent"][number];

const nothing: Step = { context: {}, sent: [], emitted: [] };

/** Announces the tasks that are ready at the start of a run. */
export const announceReady = (context: OrchestratorContext): Step =>
  applyChange(context, draftOf(context), {
    schedule: context.schedule,
    ready: schedule.readyTasks(context.spec, context.schedule),
    skipped: [],
  });

/** Starts the next ready task. */
export function startNext(context: OrchestratorContext): Step {
  const task = schedule.nextToStart(context.spec, context.schedule);
  if (task === undefined) return nothing;
  return {
    context: { schedule: schedule.start(context.spec, context.schedule, task) },
    sent: [{ task, event: { type: "task.start" } }],
    emitted: [],
  };
}

/** Settles a task that ran, and releases, skips or holds the tasks that need it. */
export function settle(context: OrchestratorContext, settled: TaskSettled, effect: Effect): Step {
  const { task: id, outcome } = settled;
  const task = numberOf(context, id);
  const change = schedule.settle(context.spec, context.schedule, task, outcome.status, effect);
  const draft = draftOf(context);
  draft.outcomes = draft.outcomes.with(task, outcome);
  draft.emitted.push({ type: "task.settled", task: id, outcome });
  const step = applyChange(context, draft, change);
  return { ...step, context: { ...step.context, limit: raised(context.limit) } };
}

/** Whether as many tasks run as resources allow. */
export const isAtLimit = ({ limit, schedule }: OrchestratorContext): boolean =>
  limit !== undefined && schedule.running.length >= limit.tasks;

/**
 * Lowers the number of tasks that run at a time by a quarter of those that run. While more run than the limit allows,
 * it stays: tasks that were started before it was set may still find out that there is too little.
 */
export function throttle(
  { schedule: { running }, limit }: OrchestratorContext,
  { reason }: TaskStarved,
): Step {
  if (limit && (running.length > limit.tasks || limit.tasks === 1)) return nothing;
  const tasks = Math.max(1, Math.floor(running.length * 0.75));
  const emitted = [{ type: "run.throttled", limit: tasks, reason } as const];
  return { ...nothing, context: { limit: { tasks, settled: 0 } }, emitted };
}

/** The limit after one more task has settled: another program may have caused the shortage, and ended by now. */
function raised(limit: Limit | undefined): Limit | undefined {
  if (!limit || limit.settled + 1 < limit.tasks) return limit && { ...limit, settled: limit.settled + 1 };
  return { tasks: limit.tasks + 1, settled: 0 };
}

export const openBatch = (context: OrchestratorContext): Step =>
  applyChange(context, draftOf(context), schedule.openBarrier(context.spec, context.schedule));

/** The tasks of the batch that opens next, by id. */
export const nextBatch = (context: OrchestratorContext): string[] =>
  schedule.openBarrier(context.spec, context.schedule).ready.map((task) => idOf(context, task));

/** Frees the slot of a task that waits for its next attempt. */
export const defer = (context: OrchestratorContext, id: string): Step => ({
  ...nothing,
  context: { schedule: schedule.defer(context.schedule, numberOf(context, id)) },
});

/** Cancels a task that began to wait before it heard of the run's cancellation. */
export function cancelDeferred(context: OrchestratorContext, id: string): Step {
  const outcome: Outcome = { status: "cancelled", reason: "cancelled while it waited" };
  return settleUnstarted(context, [numberOf(context, id)], outcome, "hold");
}

/** Makes a task that waited ready again. */
export const requeue = (context: OrchestratorContext, id: string): Step => ({
  ...nothing,
  context: { schedule: schedule.requeue(context.spec, context.schedule, numberOf(context, id)) },
  emitted: [{ type: "task.ready", task: id }],
});

/** Sends parked tasks the answers to their questions, which makes them ready again. Others are left alone. */
export function passAnswers(context: OrchestratorContext, answers: readonly Answer[]): Step {
  let { schedule: now, outcomes } = context;
  const dismissed = new Set(context.dismissed);
  const sent: Sent[] = [];
  const emitted: OrchestratorEmitted[] = [];
  for (const { task: id, text } of answers) {
    const task = numberOf(context, id);
    if (task < 0 || !schedule.isParkedState(now.nodes.at(task))) continue;
    now = schedule.requeue(context.spec, now, task);
    outcomes = outcomes.with(task, undefined);
    dismissed.delete(task);
    sent.push({ task, event: { type: "task.answer", text, ...resultsFor(context, outcomes, task) } });
    emitted.push({ type: "task.ready", task: id });
  }
  return { context: { schedule: now, outcomes, dismissed }, sent, emitted };
}

/** Leaves a question open: nobody is asked about it again. */
export const dismiss = (context: OrchestratorContext, id: string): Step => ({
  ...nothing,
  context: { dismissed: new Set([...context.dismissed, numberOf(context, id)]) },
});

/** The questions of all parked tasks, in plan order. */
export const openQuestions = (context: OrchestratorContext): OpenQuestion[] =>
  schedule.parked(context.spec, context.schedule).map((task) => ({
    task: idOf(context, task),
    attempt: attemptOf(context, task),
    question: context.outcomes.at(task)?.reason ?? "",
    isDismissed: context.dismissed.has(task),
  }));

/** Skips the unstarted tasks that are named, or all, and what depends on them if the mode has it so. */
export function withhold(
  context: OrchestratorContext,
  { tasks, reason }: { readonly tasks?: readonly string[] | undefined; readonly reason: string },
): Step {
  const named = tasks && new Set(tasks.map((id) => numberOf(context, id)));
  return skipUnstarted(context, (task) => named?.has(task) ?? true, reason);
}

/** Skips the other tasks of an engine that failed in a way in which it would fail for all of them. */
export function withholdEngine(context: OrchestratorContext, { task, outcome }: TaskSettled): Step {
  const { engines } = context.spec;
  const engine = engines[numberOf(context, task)];
  if (engine === undefined || !stopsEngine(outcome)) return nothing;
  const reason = `needs the engine ${engine}, which failed for ${task}: ${outcome.reason ?? outcome.failure}`;
  return skipUnstarted(context, (other) => engines[other] === engine, reason);
}

const stopsEngine = ({ failure }: Outcome): boolean =>
  failure === "auth" || failure === "quota" || failure === "configuration" || failure === "spawn";

/** Cancels the run: settles what has not started, and tells running tasks to end. */
export function cancelAll(context: OrchestratorContext, { reason, exitCode }: Cancellation): Step {
  const outcome: Outcome = { status: "cancelled", reason };
  const unstarted = schedule.unstarted(context.spec, context.schedule);
  const step = settleUnstarted(context, unstarted, outcome, "hold");
  const running = context.schedule.running.map(
    (task): Sent => ({ task, event: { type: "task.cancel", outcome } }),
  );
  return {
    context: { ...step.context, cancelled: { reason, exitCode } },
    sent: [...step.sent, ...running],
    emitted: [{ type: "run.cancelled", reason }, ...step.emitted],
  };
}

/** Skips what is left once only parked tasks could release it. */
export const skipRest = (context: OrchestratorContext): Step =>
  settleUnstarted(
    context,
    schedule.unstarted(context.spec, context.schedule),
    { status: "skipped", reason: "waits for a task that is parked" },
    "hold",
  );

function skipUnstarted(
  context: OrchestratorContext,
  isMeant: (task: number) => boolean,
  reason: string,
): Step {
  const { spec, schedule: now } = context;
  const effect = spec.mode.guards.skipsDependents(context) ? "skip" : "hold";
  const tasks = schedule.unstarted(spec, now).filter(isMeant);
  return settleUnstarted(context, tasks, { status: "skipped", reason }, effect);
}

/** Settles unstarted tasks with one outcome, and propagates that to the tasks that need them. */
function settleUnstarted(
  context: OrchestratorContext,
  tasks: readonly number[],
  outcome: Outcome,
  effect: Effect,
): Step {
  const draft = draftOf(context);
  for (const task of tasks) close(context, draft, task, outcome);
  const change = schedule.settleUnstarted(context.spec, context.schedule, tasks, effect, outcome.status);
  return applyChange(context, draft, change);
}

/** A step under construction, apart from its schedule. */
interface Draft {
  outcomes: OrchestratorContext["outcomes"];
  readonly sent: Sent[];
  readonly emitted: OrchestratorEmitted[];
}

const draftOf = ({ outcomes }: OrchestratorContext): Draft => ({ outcomes, sent: [], emitted: [] });

/** Settles a task that does not run. */
function close(context: OrchestratorContext, draft: Draft, task: number, outcome: Outcome): void {
  draft.outcomes = draft.outcomes.with(task, outcome);
  draft.sent.push({
    task,
    event: { type: outcome.status === "skipped" ? "task.skip" : "task.cancel", outcome },
  });
  draft.emitted.push({ type: "task.settled", task: idOf(context, task), outcome });
}

/** Completes a step with a changed schedule: closes the tasks that it skips, and routes results into those it readies. */
function applyChange(context: OrchestratorContext, draft: Draft, change: Change): Step {
  const reasonOf = skipReasons(context, draft);
  for (const { task, because } of change.skipped) {
    close(context, draft, task, { status: "skipped", reason: reasonOf(because) });
  }
  const barriers: Barriers = new Map();
  for (const task of change.ready) {
    const results = resultsFor(context, draft.outcomes, task, barriers);
    draft.sent.push({ task, event: { type: "task.ready", ...results } });
    draft.emitted.push({ type: "task.ready", task: idOf(context, task) });
  }
  const { outcomes, sent, emitted } = draft;
  return { context: { schedule: change.schedule, outcomes }, sent, emitted };
}

/** The finished tasks behind each barrier; tasks that become ready together share them. */
type Barriers = Map<number, readonly FinishedTask[]>;

/** What is routed into a task: the results of its explicit dependencies, and the tasks behind its barrier. */
function resultsFor(
  { spec: { graph, order } }: OrchestratorContext,
  outcomes: OrchestratorContext["outcomes"],
  task: number,
  barriers: Barriers = new Map(),
): RoutedResults {
  const dependencies = (graph.depends[task] ?? []).flatMap((dependency): DependencyResult[] => {
    const outcome = outcomes.at(dependency);
    const from = graph.tasks[dependency];
    return outcome && from ? [{ id: from.id, title: from.title ?? from.id, outcome }] : [];
  });
  const barrier = barrierBefore(order, task);
  if (barrier === undefined) return { dependencies, alsoFinished: [] };
  const known = barriers.get(barrier);
  const alsoFinished =
    known ??
    tasksBehind(order, barrier).flatMap((behind): FinishedTask[] => {
      const outcome = outcomes.at(behind);
      const { id, title = id } = graph.tasks[behind] ?? { id: "" };
      return outcome ? [{ id, title, status: outcome.status }] : [];
    });
  barriers.set(barrier, alsoFinished);
  return { dependencies, alsoFinished };
}
