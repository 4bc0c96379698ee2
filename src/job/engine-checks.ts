import { asksModel } from "../../schemas/usage.ts";
import { UsageError } from "../problem.ts";
import type { Job } from "./job.ts";
import { missingEngines } from "./prepare.ts";

/** Throws UsageError where an engine of the job is missing. */
export async function checkEngines(job: Job): Promise<void> {
  const missing = await missingEngines(job);
  if (missing.length > 0) throw new UsageError(missing.join("\n"));
  // Measured: of the engines only Claude Code says what an attempt cost.
  const silent = [...new Set(job.tasks.map(({ engine }) => engine))].filter(
    (engine) => asksModel(engine) && engine !== "claude",
  );
  if (job.options.maxCost !== undefined && silent.length > 0) {
    const names = silent.join(" and ");
    process.stderr.write(`warning: ${names} does not say what it costs: --max-cost cannot count it\n`);
  }
}
