import { join, relative } from "node:path";
import { ordered } from "../../machines/schedule/graph.ts";
import { topological } from "../../machines/schedule/order.ts";
import type { Restored } from "../../machines/task-setup.ts";
import type { AttemptKey } from "../../schemas/event.ts";
import { isDone, isParked, type Outcome, type Status } from "../../schemas/outcome.ts";
import { outcomeOf, type Renaming, type RunTask } from "../history/run-state.ts";
import type { Job, JobTask } from "../job/job.ts";
import type { Lock } from "../journal/lock.ts";
import type { PastRun } from "../journal/past-run.ts";
import { matchTasks } from "../sync/renumbered.ts";
import { type Decision, keepOthers } from "./answered.ts";
import { fingerprint } from "./fingerprint.ts";

/** How much of an earlier run still holds for the job as it is now. */
export interface Resumption {
  readonly past: PastRun;
  readonly lock: Lock;
  /** What tasks bring along from the earlier run, by number. */
  readonly restored: ReadonlyMap<number, Restored>;
  /** Tasks that do not run again. */
  readonly kept: readonly string[];
  /** Tasks that run again, or for the first time, and why; in plan order. */
  readonly again: readonly { readonly task: string; readonly reason: string }[];
  /** Tasks that have another id than in the earlier run. */
  readonly renamed: readonly Renaming[];
}

export interface ResumptionOptions {
  /** Whether tasks whose question nobody has answered stay parked. */
  readonly keepsParked?: boolean;
  /** The task that is to run again with those that depend on it; all others that have settled stay as they are. */
  readonly only?: string;
}

/**
 * Decides which tasks of an earlier run are kept and which run again. From then on, the past run knows its tasks by the
 * ids that they have in the job.
 */
export function planResumption(
  past: PastRun,
  lock: Lock,
  job: Job,
  { keepsParked = false, only }: ResumptionOptions = {},
): Resumption {
  const { tasks, indexOf } = job.spec.graph;
  const renamed = findRenamed(past, job);
  past.history.rename(renamed);
  const all = decideAll(past, job, keepsParked);
  const answered = renamed.find(({ was }) => was === only)?.task ?? only;
  const decisions = restartServers(answered === undefined ? all : keepOthers(all, past, job, answered), job);
  const idOf = (number: number) => tasks[number]?.id ?? "";
  return {
    past,
    lock,
    restored: new Map(
      [...decisions].flatMap(([number, { restored }]) => (restored ? [[number, restored]] : [])),
    ),
    kept: [...decisions].flatMap(([number, { reason }]) => (reason === undefined ? [idOf(number)] : [])),
    again: [...decisions]
      .flatMap(([number, { reason }]) => (reason === undefined ? [] : [{ task: idOf(number), reason }]))
      .sort((a, b) => (indexOf.get(a.task) ?? 0) - (indexOf.get(b.task) ?? 0)),
    renamed,
  };
}

/** Finds the tasks that only have another id now, as `plan --update` gives them when the plan's numbers change. */
function findRenamed({ history }: PastRun, job: Job): Renaming[] {
  const now = job.tasks.map(({ task, title }) => ({ id: task.id, title, files: task.files }));
  const { pairs } = matchTasks(history.latest.tasks, now, new Map());
  return [...pairs].flatMap(([was, task]) => (was === task ? [] : [{ task, was }]));
}

/** Decides about every task after those that it depends on: a task that runs again takes its dependents along. */
function decideAll(past: PastRun, job: Job, keepsParked: boolean): ReadonlyMap<number, Decision> {
  const { graph } = job.spec;
  const decisions = new Map<number, Decision>();
  const results = new Map<number, { readonly id: string; readonly outcome: Outcome }>();
  for (const number of topological(ordered(graph, [], () => false))) {
    const task = job.tasks[number];
    if (!task) continue;
    const depends = job.mode.usesDependencies ? (graph.depends[number] ?? []) : [];
    const missing = depends.find((dependency) => !results.has(dependency));
    const decision = decide(past, job, task, keepsParked, {
      results: depends.flatMap((dependency) => results.get(dependency) ?? []),
      rerun: missing === undefined ? undefined : graph.tasks[missing]?.id,
    });
    decisions.set(number, decision);
    const outcome = decision.restored?.outcome;
    if (outcome && isDone(outcome.status)) results.set(number, { id: task.task.id, outcome });
  }
  return decisions;
}

/** If any task runs, those run again whose processes were kept for it: they ended with the run. */
function restartServers(decisions: ReadonlyMap<number, Decision>, job: Job): ReadonlyMap<number, Decision> {
  if ([...decisions.values()].every(({ reason }) => reason === undefined)) return decisions;
  const isServer = (number: number, { reason, restored }: Decision) =>
    reason === undefined && job.tasks[number]?.task.keep_running && isDone(restored?.outcome?.status);
  return new Map(
    [...decisions].map(([number, decision]) => {
      if (!isServer(number, decision)) return [number, decision];
      const { attempt = 0 } = decision.restored ?? {};
      return [number, { reason: "the processes it kept running ended with the run", restored: { attempt } }];
    }),
  );
}

interface Dependencies {
  /** The outcomes of those that are kept. */
  readonly results: readonly { readonly id: string; readonly outcome: Outcome }[];
  /** The first that is not kept as done. */
  readonly rerun: string | undefined;
}

function decide(
  past: PastRun,
  job: Job,
  task: JobTask,
  keepsParked: boolean,
  { results, rerun }: Dependencies,
): Decision {
  const before = past.history.task(task.task.id);
  const last = before?.attempts.at(-1);
  if (!before || !last) return { reason: "has not run yet" };
  const attempt = last.number;
  const outcome = outcomeOf(before);
  if (keepsParked && isParked(outcome?.status) && !before.answer) return { restored: { attempt, outcome } };
  const now = fingerprint(job, task, results, last.key.version);
  const reason = whyAgain(before, now, rerun);
  if (reason === undefined) return { restored: { attempt, outcome: outcome && relocate(outcome, past) } };
  const isSameTask = !changedPart(last.key, now);
  const { answer } = before;
  const asked = before.attempts.find(({ number }) => number === answer?.attempt)?.outcome;
  const followUp =
    isSameTask && answer ? ({ kind: "answer", ...answer, outcome: asked } as const) : undefined;
  return { reason, restored: { attempt, followUp } };
}

/** Returns why a task runs again; undefined if its last attempt is done and was made of what the task is now. */
function whyAgain(task: RunTask, now: AttemptKey, rerun: string | undefined): string | undefined {
  const outcome = outcomeOf(task);
  const key = task.attempts.at(-1)?.key;
  if (task.isInDoubt) return "lines about it were lost from the journal";
  if (!outcome) return "was interrupted";
  if (task.answer && isParked(outcome.status)) return "its question was answered";
  if (!isDone(outcome.status)) return endWords[task.status ?? outcome.status];
  const changed = key && changedPart(key, now);
  if (changed === "prompt" || changed === "options") return changeWords[changed];
  if (rerun !== undefined) return `depends on ${rerun}, which runs again`;
  return changed && changeWords[changed];
}

const endWords: Readonly<Record<Status, string>> = {
  pass: "passed",
  warn: "passed with a warning",
  fail: "failed",
  error: "failed",
  skipped: "was skipped",
  cancelled: "was cancelled",
  question: "has an open question",
  escalated: "needs a person",
};

const keyParts = ["prompt", "options", "results"] as const;
type KeyPart = (typeof keyParts)[number];

const changeWords: Readonly<Record<KeyPart, string>> = {
  prompt: "its prompt changed",
  options: "its settings changed",
  results: "the results of its dependencies changed",
};

const changedPart = (before: AttemptKey, now: AttemptKey): KeyPart | undefined =>
  keyParts.find((part) => before[part] !== now[part]);

/** Points an outcome's output into the run's directory as it lies now: the project may have been moved. */
function relocate(outcome: Outcome, { directory, history }: PastRun): Outcome {
  if (outcome.output === undefined) return outcome;
  return { ...outcome, output: join(directory.path, relative(history.latest.directory, outcome.output)) };
}
