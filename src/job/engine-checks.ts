import { traitsOf } from "../../schemas/engines.ts";
import { engineFor } from "../engines/engines.ts";
import { UsageError } from "../problem.ts";
import { listed } from "../text/list.ts";
import type { Job } from "./job.ts";

/**
 * Checks that the engines of a job can run here, and warns on standard error of those whose cost `--max-cost` cannot
 * count. Throws UsageError if an engine cannot run.
 */
export async function checkEngines(job: Job): Promise<void> {
  const missing = await missingEngines(job);
  if (missing.length > 0) throw new UsageError(missing.join("\n"), approvalHint(job));
  const silent = enginesOf(job).filter((name) => traitsOf(name).asksModel && !traitsOf(name).reportsCost);
  if (job.options.maxCost !== undefined && silent.length > 0) {
    const names = silent.join(" and ");
    process.stderr.write(`warning: ${names} does not report its cost, so --max-cost does not count it\n`);
  }
}

const approvalHint = ({ ignoredKeys }: Job): string | undefined =>
  ignoredKeys.length === 0
    ? undefined
    : `this project's configuration sets ${listed(ignoredKeys)}, which \`interserve trust\` approves`;

/** Returns one sentence for each engine that cannot run the job's tasks on this machine. */
export async function missingEngines(job: Job): Promise<string[]> {
  const missing = await Promise.all(
    enginesOf(job).map((name) => {
      const tasks = job.tasks.filter(({ engine }) => engine === name).map(({ task }) => task);
      return engineFor(name, job.config, process.env).missing(tasks);
    }),
  );
  return missing.flatMap((sentence) => sentence ?? []);
}

const enginesOf = ({ tasks }: Job) => [...new Set(tasks.map(({ engine }) => engine))];
