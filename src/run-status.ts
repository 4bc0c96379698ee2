import { countStatuses } from "../schemas/event.ts";
import type { RunStatus, TaskStatus } from "../schemas/run-status.ts";
import { totalUsage } from "../schemas/usage.ts";
import { readRun, runnerOf } from "./resume.ts";

/** Reads where a run stands, while it runs or afterwards. Throws ProblemsError where its journal is damaged. */
export async function runStatus(projectDir: string, run: string): Promise<RunStatus> {
  // Asked first: who ends in between has written all by the time that the journal is read.
  const pid = await runnerOf(projectDir, run);
  const { directory, history } = await readRun(projectDir, run);
  const { started, latest, finished, lastAt } = history;
  const ended = finished?.at ?? (pid === undefined ? lastAt : undefined);
  const tasks = latest.tasks.map(({ id, title, stage }): TaskStatus => {
    const task = history.tasks.get(id);
    const attempt = task?.attempt ?? 0;
    const open = attempt === 0 ? "pending" : pid === undefined ? "interrupted" : "running";
    return {
      id,
      title,
      stage,
      status: task?.status ?? open,
      attempt,
      duration_s: Math.round((task?.duration ?? 0) * 1000) / 1000,
      reason: task?.reason ?? null,
      artifacts: attempt > 0 ? directory.attempt(id, attempt) : null,
      usage: task && task.usage.length > 0 ? totalUsage(task.usage) : null,
    };
  });
  const counts = countStatuses(tasks.map(({ status }) => status));
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
    counts,
    directory: directory.path,
    usage: totalUsage(tasks.flatMap(({ usage }) => usage ?? [])),
    tasks,
  };
}
