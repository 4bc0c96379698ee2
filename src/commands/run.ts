import { say } from "../cli/failures.ts";
import { colorsFor } from "../cli/terminal.ts";
import type { JobOptions } from "../job.ts";
import { overview, relaxing } from "../overview.ts";
import { prepare } from "../prepare.ts";
import { jsonText } from "../printable.ts";
import { ProblemsError, UsageError } from "../problem.ts";
import { overviewText } from "../report/overview-text.ts";
import { startRun } from "../run.ts";
import { checkEngines } from "./check-engines.ts";
import { checkReports, type FollowFlags, follow } from "./follow.ts";

export interface RunFlags extends JobOptions, FollowFlags {
  readonly dryRun?: boolean;
  readonly resume?: string;
  readonly inspect?: boolean;
  readonly xstateInspect?: boolean;
  readonly port?: number;
  readonly open?: boolean;
}

/** `interserve run`: everything is checked before anything starts. */
export async function run(path: string | undefined, flags: RunFlags): Promise<number> {
  const { dryRun, json, report, resume: name, inspect, xstateInspect, port, open, ...options } = flags;
  if (name !== undefined) {
    const { resume } = await import("./resume.ts");
    const given = path === undefined ? {} : { manifest: path };
    const how = {
      ...(dryRun ? { dryRun } : {}),
      ...(json ? { json } : {}),
      ...(report ? { report } : {}),
    };
    return resume(name, { ...options, ...how, ...given });
  }
  if (path === undefined) throw new UsageError("expected a manifest or a plan", "see `interserve help run`");
  await checkReports(report);
  const { job, problems } = await prepare(path, options);
  if (problems.length > 0) await say(new ProblemsError(problems));
  if (dryRun) {
    const facts = overview(job);
    const text = overviewText(facts, relaxing(job), colorsFor(process.stdout));
    process.stdout.write(json ? jsonText(facts) : text);
    return 0;
  }
  await checkEngines(job);
  const { servePage } = inspect ? await import("./inspect.ts") : {};
  const { inspectMachines } = xstateInspect ? await import("./inspect.ts") : {};
  const machines = await inspectMachines?.();
  try {
    return await follow(
      job.projectDir,
      (runOptions) => startRun(job, { ...runOptions, ...(machines ? { inspect: machines.inspect } : {}) }),
      flags,
      servePage && ((started, aside) => servePage(job.projectDir, started.run, { port, open, aside })),
    );
  } finally {
    await machines?.close();
  }
}
