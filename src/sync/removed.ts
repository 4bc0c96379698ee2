import type { ManifestTask } from "../../schemas/manifest.ts";
import { type DerivedRecord, markOf, type Written, type WrittenTask } from "./derived-record.ts";

/**
 * The plan's tasks, by the ids that they have there, which the record knows and the manifest lacks: a person removed
 * them. Known by title, for their numbers may be others by now; by id and files where the plan calls them otherwise.
 */
export function removedFrom(
  manifest: readonly Pick<ManifestTask, "id">[],
  plan: readonly WrittenTask[],
  record: DerivedRecord,
  idOf: (id: string) => string,
): ReadonlySet<string> {
  const olds = new Set(manifest.map(({ id }) => id));
  const present = new Set(manifest.map(({ id }) => idOf(id)));
  const byId = new Map(plan.map((task) => [task.id, task]));
  const byTitle = new Map<string, WrittenTask[]>();
  for (const task of plan) {
    const mark = markOf("title", task.title);
    byTitle.set(mark, [...(byTitle.get(mark) ?? []), task]);
  }
  const removed = new Set<string>();
  for (const [id, marks] of record) {
    if (id === "" || olds.has(id)) continue;
    const own = byId.get(id);
    const named = byTitle.get(marks.title ?? "") ?? [];
    const same = own && own.files.length > 0 && marks.files === markOf("files", own.files) ? own : undefined;
    const others = named.length === 0 ? same : named.length === 1 ? named[0] : undefined;
    const task = own && named.includes(own) ? own : others;
    if (task && !present.has(task.id)) removed.add(task.id);
  }
  return removed;
}

/** A derivation without some of its tasks, and without what waits for them. */
export function without(derived: Written, removed: ReadonlySet<string>): Written {
  if (removed.size === 0) return derived;
  const stages = derived.stages.flatMap(({ name, tasks }) => {
    const kept = tasks.filter(({ id }) => !removed.has(id));
    return kept.length > 0 ? [{ name, tasks: kept.map((task) => notWaiting(task, removed)) }] : [];
  });
  return { ...derived, stages };
}

/** A task that waits for none of these. */
export const notWaiting = (task: WrittenTask, removed: ReadonlySet<string>): WrittenTask => ({
  ...task,
  depends: task.depends.filter((on) => !removed.has(on)),
});
