import { traitsOf } from "../../schemas/engines.ts";
import { countStatuses, type TaskFacts } from "../../schemas/event.ts";
import type { AttemptStatus, RunStatus, TaskStatus } from "../../schemas/run-status.ts";
import { nothingSpent, spend, totalUsage } from "../../schemas/usage.ts";
import type { TaskHistory } from "../history/fold.ts";
import type { PastRun } from "../journal/past-run.ts";
import type { RunDirectory } from "../journal/run-directory.ts";

/** Describes a run as it was when it was read, live or ended. */
export function runStatus({ directory, history, pid }: PastRun): RunStatus {
  const { started, latest, finished, lastAt, wrote } = history;
  const ended = finished?.at ?? (pid === undefined ? lastAt : undefined);
  const tasks = latest.tasks.map((facts) =>
    taskStatus(facts, history.tasks.get(facts.id), pid === undefined ? wrote : undefined, directory),
  );
  const byAgents = latest.tasks
    .filter(({ engine }) => traitsOf(engine).asksModel)
    .flatMap(({ id }) => history.tasks.get(id)?.attempts ?? []);
  const spent = byAgents.reduce((sum, { outcome }) => spend(sum, outcome.usage), nothingSpent);
  return {
    run: directory.run,
    state: pid !== undefined ? "running" : finished ? "finished" : "killed",
    pid: pid ?? null,
    manifest: latest.manifest,
    plan: latest.plan ?? null,
    mode: latest.mode,
    started: started.at,
    ended: ended ?? null,
    duration_s: (Date.parse(ended ?? new Date().toISOString()) - Date.parse(started.at)) / 1000,
    exit_code: finished?.exit_code ?? null,
    counts: countStatuses(tasks.map(({ status }) => status)),
    directory: directory.path,
    usage: totalUsage(tasks.flatMap(({ usage }) => usage ?? [])),
    agent_attempts: spent.attempts,
    attempts_with_cost: spent.withCost,
    tasks,
  };
}

/** With `over`, the run is no longer alive, and wrote last then. */
function taskStatus(
  { id, title, stage, depends, engine }: TaskFacts,
  task: TaskHistory | undefined,
  over: number | undefined,
  directory: RunDirectory,
): TaskStatus {
  const { attempt = 0, attempts: past = [], again = false, spans = [] } = task ?? {};
  const runs = over === undefined && !again;
  const open = attempt === 0 || again ? "pending" : runs ? "running" : "interrupted";
  // What it came to before its run was resumed is told of its attempts, and no longer of the task.
  const now = again ? undefined : task;
  const outcome = now?.outcome;
  const attempts = Array.from({ length: attempt }, (_, at): AttemptStatus => {
    const ended = past.find((one) => one.attempt === at + 1);
    const isLast = at + 1 === attempt;
    const { began = 0, cut = isLast && !runs ? over : undefined } = spans[at] ?? {};
    return {
      attempt: at + 1,
      // That its `verify` commands have not decided yet leaves it open.
      status:
        ended && (!isLast || task?.outcome)
          ? ended.outcome.status
          : isLast && runs
            ? "running"
            : "interrupted",
      duration_s: milliseconds(ended?.duration ?? (cut === undefined ? 0 : Math.max(0, cut - began) / 1000)),
      reason: ended?.outcome.reason ?? null,
    };
  });
  const usages = past.flatMap(({ outcome }) => outcome.usage ?? []);
  return {
    id,
    title,
    stage,
    depends,
    engine,
    status: now?.status ?? open,
    attempt,
    duration_s: milliseconds(attempts.reduce((sum, { duration_s }) => sum + duration_s, 0)),
    reason: now?.reason ?? null,
    failure: outcome?.failure ?? null,
    verdict: outcome?.verdict ?? null,
    files_changed: outcome?.files_changed ?? [],
    notes: outcome?.notes ?? [],
    attempts,
    artifacts: attempt > 0 && !again ? directory.attempt(id, attempt) : null,
    usage: usages.length > 0 ? totalUsage(usages) : null,
  };
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;
