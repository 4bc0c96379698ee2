import { barrierBefore, tasksBehind, topological } from "../../machines/schedule/order.ts";
import { reliesOnStages } from "../../machines/schedule/propagate.ts";
import type { Restored } from "../../machines/task-setup.ts";
import { isDone, type Outcome } from "../../schemas/outcome.ts";
import { outcomeOf, type RunTask } from "../history/run-state.ts";
import type { Job } from "../job/job.ts";
import type { PastRun } from "../journal/past-run.ts";

/** What becomes of one task: without a reason to run again it is kept. */
export interface Decision {
  readonly restored?: Restored;
  readonly reason?: string;
}

/**
 * Takes back the decision to run tasks again that have settled and neither are `answered` nor depend on it. Those that
 * never settled, since the run was killed, still run.
 */
export function keepOthers(
  decisions: ReadonlyMap<number, Decision>,
  past: PastRun,
  job: Job,
  answered: string,
): ReadonlyMap<number, Decision> {
  const { graph, order } = job.spec;
  const kept = new Map(decisions);
  const [runs, failed] = [new Set<number>(), new Set<number>()];
  const behind = tasksByBarrier(job);
  for (const number of topological(order)) {
    const decision = decisions.get(number);
    const id = graph.tasks[number]?.id;
    if (!decision || id === undefined) continue;
    const before = past.history.task(id);
    const depends = job.mode.usesDependencies ? (graph.depends[number] ?? []) : [];
    const stages = behind(number);
    const lost = depends.find((need) => failed.has(need));
    const isLost = lost !== undefined || (reliesOnStages(job.spec, number) && stages.some(isIn(failed)));
    const isFreed = depends.some(isIn(runs)) || (before?.status === "skipped" && stages.some(isIn(runs)));
    if (decision.reason === undefined) continue;
    if (!isLost && (id === answered || !before?.status || isFreed)) {
      runs.add(number);
      continue;
    }
    const outcome = before?.status ? settledOutcome(before) : skippedFor(graph.tasks[lost ?? -1]?.id);
    if (!isDone(outcome.status)) failed.add(number);
    kept.set(number, { restored: { attempt: before?.attempts.at(-1)?.number ?? 0, outcome } });
  }
  return kept;
}

const isIn = (tasks: ReadonlySet<number>) => (task: number) => tasks.has(task);

/** Returns a function that finds the tasks of the stages or batches before a task. */
function tasksByBarrier({ spec: { order } }: Job): (task: number) => readonly number[] {
  const found = new Map<number, readonly number[]>();
  return (task) => {
    const barrier = barrierBefore(order, task);
    if (barrier === undefined) return [];
    const tasks = found.get(barrier) ?? tasksBehind(order, barrier);
    found.set(barrier, tasks);
    return tasks;
  };
}

/** How a task has settled: as its last attempt ended, or without one. */
function settledOutcome(task: RunTask): Outcome {
  const { status = "error", reason } = task;
  const outcome = outcomeOf(task);
  if (outcome?.status === status) return outcome;
  return { status, ...(reason === undefined ? {} : { reason }) };
}

const skippedFor = (dependency: string | undefined): Outcome => ({
  status: "skipped",
  reason: dependency ? `depends on ${dependency}, which did not pass` : "a stage before it did not pass",
});
