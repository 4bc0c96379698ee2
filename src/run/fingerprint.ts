import { createHash } from "node:crypto";
import type { AttemptKey } from "../../schemas/event.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import type { Plan } from "../../schemas/plan.ts";
import type { Job, JobTask } from "../job/job.ts";
import { lastingText } from "../text/lasting-text.ts";
import { titleKey } from "../text/title-key.ts";

/** The version of new keys. */
export const latestVersion = 2;

/**
 * Hashes everything an attempt is made of. Results of dependencies count by their content, not by where their files
 * are or how long they took. Other tasks count by their titles, as their numbers change when one is inserted. Keys of
 * 0.1.0 have no version, and name other tasks by their ids.
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
        : [
            titleKey(title),
            withoutNumbers(lastingText(text ?? ""), job),
            withoutNumbers(lastingText(task.prompt_hint ?? ""), job),
            task.files,
          ],
    ),
    options: hash([
      ...[engine, tier, task.run, task.verify, task.env],
      version === undefined ? task.depends : task.depends.map((id) => titleOf(job, id)),
      // Only if it is set, so that hashes of earlier versions stay the same.
      ...(task.keep_running ? ["keep_running"] : []),
    ]),
    // If the mode ignores dependencies, it is chance which results exist by then.
    results: hash(
      (job.mode.usesDependencies ? results : []).map(({ id, outcome }) => [
        version === undefined ? id : titleOf(job, id),
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

const titleOf = ({ spec: { graph } }: Job, id: string): string =>
  titleKey(graph.tasks[graph.indexOf.get(id) ?? -1]?.title ?? id);

/** Replaces the numbers of the plan's tasks in a text, as in `Task 3` and `task-3`, with their titles. */
function withoutNumbers(text: string, { plan }: Job): string {
  if (!plan) return text;
  const titles = titlesByNumber(plan);
  return text.replace(/\b(task[\s-]+#?)(\d[\w.]*\w|\d)/gi, (whole, word: string, number: string) => {
    const title = titles.get(number.toLowerCase());
    return title === undefined ? whole : `${word}<${title}>`;
  });
}

/** One index for each plan: a run of 10,000 tasks makes as many keys. */
const indexes = new WeakMap<Plan, ReadonlyMap<string, string>>();

function titlesByNumber(plan: Plan): ReadonlyMap<string, string> {
  const known = indexes.get(plan);
  if (known) return known;
  const tasks = [...plan.tasks, ...(plan.done ?? [])];
  const titles = new Map(tasks.map(({ number, title }) => [number.toLowerCase(), titleKey(title)]));
  indexes.set(plan, titles);
  return titles;
}

const hash = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
