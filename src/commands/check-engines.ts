import type { Job } from "../job.ts";
import { missingEngines, tasksWithoutText } from "../prepare.ts";
import { UsageError } from "../problem.ts";

/** Throws UsageError where an engine of the job is missing; warns of tasks that come with a title alone. */
export async function checkEngines(job: Job): Promise<void> {
  const missing = await missingEngines(job);
  if (missing.length > 0) throw new UsageError(missing.join("\n"));
  for (const id of tasksWithoutText(job)) {
    process.stderr.write(
      `warning: task "${id}" has no section in a plan and no prompt; its title is all it gets\n`,
    );
  }
}
