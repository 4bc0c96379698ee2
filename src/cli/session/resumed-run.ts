import { join, relative, resolve } from "node:path";
import type { RunEvent } from "../../../schemas/event.ts";
import { placeOf } from "../../history/next-step.ts";
import { refuseDrift } from "../../job/drift.ts";
import { checkEngines } from "../../job/engine-checks.ts";
import type { JobOptions } from "../../job/job.ts";
import { prepare } from "../../job/prepare.ts";
import { Journal } from "../../journal/journal.ts";
import type { Lock } from "../../journal/lock.ts";
import { lockRun, openRun, type PastRun, parkedTask, readRun } from "../../journal/past-run.ts";
import type { RunPaths } from "../../journal/run-directory.ts";
import { UsageError } from "../../problem.ts";
import { checkReportFiles } from "../../report/write.ts";
import type { RunOptions } from "../../run/handle.ts";
import { planResumption, type Resumption, type ResumptionOptions } from "../../run/resume.ts";
import { resumeRun } from "../../run/start.ts";
import { exists, isDirectory } from "../../text/on-disk.ts";
import { jsonText, printable } from "../../text/printable.ts";
import { printProblems } from "../exit-status.ts";
import { recordOf } from "./record.ts";
import { type PageFlags, runWithPages } from "./with-pages.ts";

export interface ResumeFlags extends JobOptions, PageFlags {
  /** Replaces the manifest that the run was started with. */
  readonly manifest?: string;
  readonly dryRun?: boolean;
  readonly project?: string;
  readonly beside?: boolean;
}

/** Resumes a run, the latest by default, and shows it to its end. Resolves to its exit status. */
export async function resumeByName(name: string | undefined, flags: ResumeFlags): Promise<number> {
  await checkReportFiles(flags.report ?? []);
  const { directory } = await openRun(await recordOf(flags), name);
  return withLock(directory, async (lock) => {
    // Read again: whoever held the lock may have written until now.
    const past = await readRun(directory);
    return resumeLocked(past, lock, flags);
  });
}

/**
 * Resumes an ended run with the answer to a parked task's question. Only that task and those that depend on it run
 * again, unless `rerunFailed` is set. Resolves to the run's exit status.
 */
export async function resumeWithAnswer(
  directory: RunPaths,
  {
    task,
    text,
    rerunFailed = false,
  }: { readonly task: string; readonly text: string; readonly rerunFailed?: boolean | undefined },
  flags: ResumeFlags,
): Promise<number> {
  return withLock(directory, async (lock) => {
    const past = await readRun(directory);
    const { attempt } = parkedTask(past, task);
    const journal = await Journal.continue(directory.journal, past.journal);
    const at = new Date().toISOString();
    const event: RunEvent = { event: "task.answered", at, run: directory.run, task, attempt, text };
    await journal.append(event).finally(() => journal.close());
    // What was damaged has been set aside by now.
    await printProblems(past.problems);
    return resumeLocked(await readRun(directory), lock, flags, {
      keepsParked: true,
      ...(rerunFailed ? {} : { only: task }),
    });
  });
}

/** Holds a run's lock during `work`, which may pass it to a run that releases it at its end. */
async function withLock<T>(directory: RunPaths, work: (lock: Lock) => Promise<T>): Promise<T> {
  const lock = await lockRun(directory);
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}

async function resumeLocked(
  past: PastRun,
  lock: Lock,
  flags: ResumeFlags,
  how: ResumptionOptions = {},
): Promise<number> {
  const { job, problems } = await prepareAgain(past, flags);
  const all = [...past.problems, ...problems];
  if (!flags.dryRun) refuseDrift(all, job.options);
  await printProblems(all);
  const resumed = planResumption(past, lock, job, how);
  const { kept, again, renamed } = resumed;
  if (!flags.json) process.stdout.write(resumptionText(resumed));
  else if (flags.dryRun)
    process.stdout.write(
      jsonText({ run: past.directory.run, kept, again, ...(renamed.length > 0 ? { renamed } : {}) }),
    );
  if (flags.dryRun) return 0;
  await checkEngines(job);
  const start = (options: RunOptions) => resumeRun(job, resumed, { ...options, beside: flags.beside });
  return runWithPages(start, { ...flags, past: past.events });
}

/** Prepares the job of a run with the options that it was started with; the given ones override them. */
async function prepareAgain(past: PastRun, flags: ResumeFlags): ReturnType<typeof prepare> {
  const { manifest, json, report, dryRun, beside, project, ...rest } = flags;
  const { inspect, xstateInspect, port, open, ...given } = rest;
  const { started, latest } = past.history;
  const overrides = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const projectDir = resolve(flags.projectDir ?? (await projectDirOf(past)));
  const options = { ...started.options, ...overrides, projectDir };
  const find = (path: string | undefined) =>
    path === undefined ? undefined : pathInMoved(path, started.options.projectDir, projectDir);
  const planBefore = await find(latest.plan);
  if (!manifest && started.manifest === started.plan)
    return prepare(await planAlone(flags.plan ?? planBefore ?? started.plan), options);
  // The plan may not be the one beside the manifest: `--plan` may have named it, now or when the run was last resumed.
  const isThere = !manifest && planBefore !== undefined && (await exists(planBefore));
  const plan = flags.plan ?? (isThere ? planBefore : await find(started.options.plan));
  const found = manifest ?? (await find(started.manifest)) ?? started.manifest;
  return prepare(found, { ...options, ...(plan ? { plan } : {}), ...(manifest ? {} : { planBefore }) });
}

/** Returns the path of a plan that runs without a manifest. Throws UsageError if it is not there. */
async function planAlone(plan: string): Promise<string> {
  if (await exists(plan)) return plan;
  throw new UsageError(
    `cannot find the plan ${plan}, from which the tasks took their prompts`,
    "restore it or, if it was moved, name it with `--plan FILE`",
  );
}

/** Returns where a file of a project is that may have been moved from `before` to `now`. */
async function pathInMoved(path: string, before: string | undefined, now: string): Promise<string> {
  const inside = before === undefined ? ".." : relative(before, path);
  return inside.startsWith("..") || (await exists(path)) ? path : join(now, inside);
}

/** The project directory of a run: the one it was started in, or the current one if the project was moved. */
async function projectDirOf({ directory, history }: PastRun): Promise<string> {
  const { project } = placeOf(history, directory.path);
  return project !== undefined && (await isDirectory(project)) ? project : ".";
}

function resumptionText({ past, kept, again, renamed }: Resumption): string {
  const lines = [
    ...renamed.map(({ task, was }) => `  ${printable(task)}: was ${printable(was)}`),
    ...again.map(({ task, reason }) => `  ${printable(task)}: ${printable(reason)}`),
  ];
  return `${[`${past.directory.run}: ${kept.length} kept, ${again.length} to run`, ...lines].join("\n")}\n`;
}
