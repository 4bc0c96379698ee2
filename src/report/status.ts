import { traitsOf } from "../../schemas/engines.ts";
import { countStatuses, type TaskFacts } from "../../schemas/event.ts";
import type { AttemptStatus, RunStatus, TaskStatus } from "../../schemas/run-status.ts";
import { addAttempt, nothingSpent, totalUsage } from "../../schemas/usage.ts";
import { currentMoment } from "../history/clock.ts";
import { placeOf } from "../history/next-step.ts";
import { outcomeOf, type RunTask } from "../history/run-state.ts";
import type { ValidRun } from "../history/validate.ts";
import type { PastRun } from "../journal/past-run.ts";
import type { RunDirectory } from "../journal/run-directory.ts";

/** Describes a run as it was when it was read, live or ended. */
export function runStatus({
  directory,
  history,
  problems,
  pid,
}: Pick<PastRun, "directory" | "history" | "problems" | "pid">): RunStatus {
  const { started, latest, finished, lastAt = 0 } = history;
  const isLive = pid !== undefined;
  const ended = finished?.at ?? (isLive ? undefined : new Date(lastAt).toISOString());
  const endedAt = isLive ? undefined : history.wroteAt;
  const tasks = latest.tasks.flatMap((facts) => {
    const task = history.tasks.get(facts.id);
    return task ? taskStatus(facts, task, endedAt, directory) : [];
  });
  const spent = latest.tasks
    .filter(({ engine }) => traitsOf(engine).asksModel)
    .flatMap(({ id }) => history.tasks.get(id)?.attempts ?? [])
    .reduce((sum, { outcome }) => (outcome ? addAttempt(sum, outcome.usage) : sum), nothingSpent);
  return {
    run: directory.run,
    state: isLive ? "running" : finished ? "finished" : "killed",
    pid: pid ?? null,
    manifest: latest.manifest,
    plan: latest.plan ?? null,
    mode: latest.mode,
    started: started.at,
    ended: ended ?? null,
    duration_s: durationOf(history, isLive),
    exit_code: finished?.exit_code ?? null,
    counts: countStatuses(tasks.map(({ status }) => status)),
    directory: directory.path,
    project_dir: placeOf(history, directory.path).project ?? null,
    usage: totalUsage(tasks.flatMap(({ usage }) => usage ?? [])),
    agent_attempts: spent.attempts,
    attempts_with_cost: spent.withCost,
    journal_warnings: [
      ...history.restorations.map((reason) => `${reason}; it was restored`),
      ...problems.map(({ message, place }) => `line ${place.line} of the journal: ${message}`),
    ],
    tasks,
  };
}

/** Returns the seconds from a run's first start to its last event, or to now while it is live. */
function durationOf(history: ValidRun, isLive: boolean): number {
  const { started, latest, finished, lastAt = 0 } = history;
  const end = isLive ? history.timeOf(currentMoment()) : lastAt;
  const seconds = milliseconds((end - Date.parse(started.at)) / 1000);
  // In 0.1.0 only the end of a run was measured: a difference shows that somebody set the clock.
  const measured = latest === started ? finished?.duration_s : undefined;
  return measured !== undefined && Math.abs(seconds - measured) > 1 ? measured : seconds;
}

/** `endedAt` is when a dead run last wrote; undefined while it is live. */
function taskStatus(
  { id, title, stage, depends, engine }: TaskFacts,
  task: RunTask,
  endedAt: number | undefined,
  directory: RunDirectory,
): TaskStatus {
  const { runsAgain } = task;
  // An outcome from before a resume belongs to its attempt, and no longer to the task.
  const outcome = runsAgain ? undefined : outcomeOf(task);
  const attempts = attemptRows(task, endedAt);
  const usages = task.attempts.flatMap(({ outcome }) => outcome?.usage ?? []);
  return {
    id,
    title,
    stage,
    depends,
    engine,
    status: statusOf(task, endedAt),
    attempt: attempts.length,
    duration_s: milliseconds(attempts.reduce((sum, { duration_s }) => sum + duration_s, 0)),
    reason: (runsAgain ? undefined : task.reason) ?? null,
    failure: outcome?.failure ?? null,
    verdict: outcome?.verdict ?? null,
    files_changed: outcome?.files_changed ?? [],
    notes: outcome?.notes ?? [],
    attempts,
    artifacts: attempts.length > 0 && !runsAgain ? directory.attempt(id, attempts.length) : null,
    usage: usages.length > 0 ? totalUsage(usages) : null,
  };
}

function statusOf(
  { status, attempts, runsAgain }: RunTask,
  endedAt: number | undefined,
): TaskStatus["status"] {
  if (status && !runsAgain) return status;
  if (runsAgain || attempts.length === 0) return "pending";
  return endedAt === undefined ? "running" : "interrupted";
}

function attemptRows(task: RunTask, endedAt: number | undefined): AttemptStatus[] {
  return task.attempts.map(({ number, startedAt, duration_s, outcome }, at) => {
    const isLast = at === task.attempts.length - 1;
    const isRunning = isLast && endedAt === undefined && !task.runsAgain;
    const cutOff_s = isLast && endedAt !== undefined ? Math.max(0, endedAt - startedAt) / 1000 : 0;
    return {
      attempt: number,
      status: (isLast ? outcomeOf(task) : outcome)?.status ?? (isRunning ? "running" : "interrupted"),
      duration_s: milliseconds(duration_s ?? cutOff_s),
      reason: outcome?.reason ?? null,
    };
  });
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;
