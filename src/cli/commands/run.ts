import { checkEngines } from "../../job/engine-checks.ts";
import type { JobOptions } from "../../job/job.ts";
import { overview, relaxing } from "../../job/overview.ts";
import { prepare } from "../../job/prepare.ts";
import { ProblemsError, UsageError } from "../../problem.ts";
import { startRun } from "../../run/start.ts";
import { colorsFor } from "../../terminal/colors.ts";
import { overviewText } from "../../terminal/overview-text.ts";
import { jsonText } from "../../text/printable.ts";
import { say } from "../exit-status.ts";
import { checkReports } from "../session/attended-run.ts";
import { followInspected, type ShowFlags } from "../session/with-pages.ts";

export interface RunFlags extends JobOptions, ShowFlags {
  readonly dryRun?: boolean;
  readonly resume?: string;
}

/** `interserve run`: everything is checked before anything starts. */
export async function run(path: string | undefined, flags: RunFlags): Promise<number> {
  const { dryRun, resume: name, json, report, inspect, xstateInspect, port, open, ...options } = flags;
  if (name !== undefined) {
    const { resume } = await import("./resume.ts");
    const { resume: _, ...rest } = flags;
    return resume(name, path === undefined ? rest : { ...rest, manifest: path });
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
  return followInspected((how) => startRun(job, how), flags);
}
