import { countStatuses, type TaskFacts } from "../schemas/event.ts";
import type { AttemptStatus, RunStatus, TaskStatus } from "../schemas/run-status.ts";
import { asksModel, nothingSpent, spend, totalUsage } from "../schemas/usage.ts";
import type { TaskHistory } from "./journal/fold.ts";
import type { RunDirectory } from "./journal/run-directory.ts";
import { readRun, runnerOf } from "./resume.ts";

/** Reads where a run stands, while it runs or afterwards. Throws ProblemsError where its journal is damaged. */
export async function runStatus(projectDir: string, run: string): Promise<RunStatus> {
  // Asked first: who ends in between has written all by the time that the journal is read.
  const pid = await runnerOf(projectDir, run);
  const { directory, history } = await readRun(projectDir, run);
  const { started, latest, finished, lastAt } = history;
  const ended = finished?.at ?? (pid === undefined ? lastAt : undefined);
  const tasks = latest.tasks.map((facts) =>
    taskStatus(facts, history.tasks.get(facts.id), pid !== undefined, directory),
  );
  const byAgents = latest.tasks
    .filter(({ engine }) => asksModel(engine))
    .flatMap(({ id }) => history.tasks.get(id)?.attempts ?? []);
  const spent = byAgents.reduce((sum, { outcome }) => spend(sum, outcome.usage), nothingSpent);
  return {
    run,
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

function taskStatus(
  { id, title, stage, depends, engine }: TaskFacts,
  task: TaskHistory | undefined,
  isAlive: boolean,
  directory: RunDirectory,
): TaskStatus {
  const { attempt = 0, attempts: past = [], outcome } = task ?? {};
  const open = attempt === 0 ? "pending" : isAlive ? "running" : "interrupted";
  const attempts = Array.from({ length: attempt }, (_, at): AttemptStatus => {
    const ended = past.find((one) => one.attempt === at + 1);
    const isLast = at + 1 === attempt;
    return {
      attempt: at + 1,
      // That its `verify` commands have not decided yet leaves it open.
      status:
        ended && (!isLast || outcome) ? ended.outcome.status : isLast && isAlive ? "running" : "interrupted",
      duration_s: milliseconds(ended?.duration ?? 0),
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
    status: task?.status ?? open,
    attempt,
    duration_s: milliseconds(past.reduce((sum, { duration }) => sum + duration, 0)),
    reason: task?.reason ?? null,
    failure: outcome?.failure ?? null,
    verdict: outcome?.verdict ?? null,
    files_changed: outcome?.files_changed ?? [],
    notes: outcome?.notes ?? [],
    attempts,
    artifacts: attempt > 0 ? directory.attempt(id, attempt) : null,
    usage: usages.length > 0 ? totalUsage(usages) : null,
  };
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;
