import { createHash } from "node:crypto";
import type { AttemptKey } from "../../schemas/event.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import type { Job, JobTask } from "../job/job.ts";
import { lastingText } from "../text/lasting-text.ts";
import { titleKey } from "../text/title-key.ts";

/** What a key is compared with. */
interface Earlier {
  /** The version of its key; 1 if it has none. */
  readonly version: number;
  /** The ids that tasks had then, by their ids now, where they differ. */
  readonly ids: ReadonlyMap<string, string>;
}
const latest: Earlier = { version: 2, ids: new Map() };

/**
 * Hashes everything an attempt is made of. Results of dependencies count by their content, not by where their files
 * are or how long they took. With `earlier`, the key can be compared with one of an earlier version or other ids.
 */
export function fingerprint(
  job: Job,
  { task, title, engine, tier, promptText, section }: JobTask,
  results: readonly { readonly id: string; readonly outcome: Outcome }[],
  { version, ids }: Earlier = latest,
): AttemptKey {
  const own = promptText ?? section;
  const text = own === undefined ? undefined : withEarlierNumbers(own, task.id, ids);
  const idThen = (id: string) => ids.get(id) ?? id;
  return {
    prompt: hash(
      version < 2
        ? [title, text, task.prompt_hint, task.files]
        : [titleKey(title), lastingText(text ?? ""), lastingText(task.prompt_hint ?? ""), task.files],
    ),
    options: hash([
      ...[engine, tier, task.run, task.verify, task.env, task.depends.map(idThen)],
      // Only if it is set, so that hashes of earlier versions stay the same.
      ...(task.keep_running ? ["keep_running"] : []),
    ]),
    // If the mode ignores dependencies, it is chance which results exist by then.
    results: hash(
      (job.mode.usesDependencies ? results : []).map(({ id, outcome }) => [
        idThen(id),
        outcome.status,
        outcome.verdict,
        outcome.hand_over,
        outcome.files_changed,
        outcome.output_bytes,
      ]),
    ),
    ...(version < 2 ? {} : { version }),
  };
}

const number = String.raw`[A-Za-z]{0,3}\d+(?:\.\d+)*[a-z]?`;
/** `Task 3`, `tasks 3, 4 and 5`. */
const mention = new RegExp(
  String.raw`\b(tasks?[\s-]+#?)(${number}(?:\s*(?:,|&|and|[–-])\s*#?${number})*)(?![\w.]*\w)`,
  "gi",
);

/** Replaces the numbers of tasks, in the line that names the task itself and wherever "Task" precedes them. */
function withEarlierNumbers(text: string, id: string, ids: Earlier["ids"]): string {
  if (ids.size === 0) return text;
  const then = (now: string) => ids.get(`task-${now.toLowerCase()}`)?.replace(/^task-/, "") ?? now;
  const renamed = text.replace(
    mention,
    (_, word: string, list: string) => word + list.replace(new RegExp(number, "g"), then),
  );
  if (!ids.has(id) || renamed.split("\n", 1)[0] !== text.split("\n", 1)[0]) return renamed;
  return renamed.replace(new RegExp(number), then);
}

const hash = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
