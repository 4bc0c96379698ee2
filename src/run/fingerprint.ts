import { createHash } from "node:crypto";
import type { AttemptKey } from "../../schemas/event.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import type { Job, JobTask } from "../job/job.ts";
import { lastingText } from "../text/lasting-text.ts";
import { titleKey } from "../text/title-key.ts";

/** The version of new keys. */
export const latestVersion = 2;

/**
 * Hashes everything an attempt is made of. Results of dependencies count by their content, not by where their files
 * are or how long they took. Keys of 0.1.0 have no version.
 */
export function fingerprint(
  job: Job,
  { task, title, engine, tier, promptText, section }: JobTask,
  results: readonly { readonly id: string; readonly outcome: Outcome }[],
  version: number | undefined,
): AttemptKey {
  const text = promptText ?? section;
  return {
    prompt: hash(
      version === undefined
        ? [title, text, task.prompt_hint, task.files]
        : [titleKey(title), lastingText(text ?? ""), lastingText(task.prompt_hint ?? ""), task.files],
    ),
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
    ...(version === undefined ? {} : { version }),
  };
}

const hash = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
