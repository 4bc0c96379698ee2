import { resolve } from "node:path";
import { checkEngines } from "../../job/engine-checks.ts";
import type { Job, JobOptions } from "../../job/job.ts";
import { prepare } from "../../job/prepare.ts";
import type { Lock } from "../../journal/lock.ts";
import { lockRun, openRun, type PastRun, readRun } from "../../journal/past-run.ts";
import { ProblemsError } from "../../problem.ts";
import { type Resumption, resumption } from "../../run/resume.ts";
import { resumeRun } from "../../run/start.ts";
import { jsonText, printable } from "../../text/printable.ts";
import { say } from "../exit-status.ts";
import { checkReports } from "../session/attended-run.ts";
import { followInspected, type ShowFlags } from "../session/with-pages.ts";

export interface ResumeFlags extends JobOptions, ShowFlags {
  /** In place of the manifest that the run was started with. */
  readonly manifest?: string;
  readonly dryRun?: boolean;
}

/** `interserve resume`: goes on with a run; what passed stays, and what runs again is said first. */
export async function resume(name: string | undefined, flags: ResumeFlags): Promise<number> {
  await checkReports(flags.report);
  const projectDir = resolve(flags.projectDir ?? ".");
  const { directory } = await openRun(projectDir, name);
  const lock = await lockRun(directory);
  return withLock(lock, async () => {
    // Only now, for whoever held the lock may have written until then.
    const past = await readRun(directory);
    return goOn(past, lock, { ...flags, projectDir }, {});
  });
}

/** Lets go of the lock where nothing was started; a run that was lets go of it itself. */
export async function withLock<T>(lock: Lock, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** Prepares the job that a run is of, as it is today, and goes on with it. */
export async function goOn(
  past: PastRun,
  lock: Lock,
  flags: ResumeFlags,
  how: { readonly keepsParked?: boolean },
): Promise<number> {
  const { job, problems } = await jobOf(past, flags);
  const all = [...past.problems, ...problems];
  if (all.length > 0) await say(new ProblemsError(all));
  const resumed = resumption(past, lock, job, how);
  if (!flags.json) process.stdout.write(resumptionText(resumed));
  if (flags.dryRun) {
    const { kept, again } = resumed;
    if (flags.json) process.stdout.write(jsonText({ run: past.directory.run, kept, again }));
    return 0;
  }
  await checkEngines(job);
  return followInspected((options) => resumeRun(job, resumed, options), {
    ...flags,
    past: past.events,
  });
}

async function jobOf(
  { history }: PastRun,
  flags: ResumeFlags,
): Promise<{ job: Job; problems: ProblemsError["problems"] }> {
  const { manifest, json, report, dryRun, inspect, xstateInspect, port, open, ...given } = flags;
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return prepare(manifest ?? history.started.manifest, { ...history.started.options, ...said });
}

function resumptionText({ past, kept, again }: Resumption): string {
  const lines = again.map(({ task, reason }) => `  ${printable(task)}: ${printable(reason)}`);
  return `${past.directory.run}: ${kept.length} done and kept, ${again.length} to run\n${lines.join("\n")}${lines.length > 0 ? "\n" : ""}`;
}
