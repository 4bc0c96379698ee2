import { createHash } from "node:crypto";
import type { AttemptKey } from "../../schemas/event.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import type { Job, JobTask } from "../job/job.ts";
import { sectionFor } from "../plan/section-for.ts";

/**
 * Hashes everything an attempt is made of. Results of dependencies count by their content, not by where their files
 * are or how long they took.
 */
export function fingerprint(
  job: Job,
  { task, title, engine, tier, promptText }: JobTask,
  results: readonly { readonly id: string; readonly outcome: Outcome }[],
): AttemptKey {
  const text = promptText ?? (job.plan ? sectionFor(job.plan, { id: task.id, title })?.section : undefined);
  return {
    prompt: hash([title, text, task.prompt_hint, task.files]),
    options: hash([
      ...[engine, tier, task.run, task.verify, task.env, task.depends],
      // Only if it is set, so that hashes of earlier versions stay the same.
      ...(task.keep_running ? ["keep_running"] : []),
    ]),
    // If the mode ignores dependencies, it is chance which results exist by then.
    results: hash(
      (job.mode.usesDependencies ? results : []).map(({ id, outcome }) => [
        id,
        outcome.status,
        outcome.verdict,
        outcome.hand_over,
        outcome.files_changed,
        outcome.output_bytes,
      ]),
    ),
  };
}

const hash = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
