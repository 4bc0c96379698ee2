import type { ManifestTask } from "../../schemas/manifest.ts";
import type { DerivedManifest, DerivedTask } from "../derive/derived-manifest.ts";
import { type DerivedRecord, digestOf } from "./derived-record.ts";

type PlannedTask = Pick<DerivedTask, "id" | "title" | "files">;

/**
 * Finds the plan's tasks that a person removed from the manifest: those in the record that the manifest lacks. They are
 * recognised by title, since their numbers may have changed, or else by id and files. Returns their ids in the plan.
 */
export function findRemoved(
  manifestTasks: readonly Pick<ManifestTask, "id">[],
  planTasks: readonly PlannedTask[],
  record: DerivedRecord,
  newIdOf: (id: string) => string,
): ReadonlySet<string> {
  const ids = new Set(manifestTasks.map(({ id }) => id));
  const newIds = new Set(manifestTasks.map(({ id }) => newIdOf(id)));
  const byId = new Map(planTasks.map((task) => [task.id, task]));
  const byTitle = new Map<string, PlannedTask[]>();
  for (const task of planTasks) {
    const digest = digestOf("title", task.title);
    byTitle.set(digest, [...(byTitle.get(digest) ?? []), task]);
  }
  const removed = new Set<string>();
  for (const [id, digests] of record) {
    if (id === "" || ids.has(id)) continue;
    const task = recordedTask(digests, byId.get(id), byTitle.get(digests.title ?? "") ?? []);
    if (task && !newIds.has(task.id)) removed.add(task.id);
  }
  return removed;
}

/** The plan's task that a record is of, given those with its id and with its title; undefined if it is not clear. */
function recordedTask(
  digests: Readonly<Record<string, string>>,
  sameId: PlannedTask | undefined,
  sameTitle: readonly PlannedTask[],
): PlannedTask | undefined {
  if (sameId && sameTitle.includes(sameId)) return sameId;
  if (sameTitle.length > 0) return sameTitle.length === 1 ? sameTitle[0] : undefined;
  const hasSameFiles = sameId && sameId.files.length > 0 && digests.files === digestOf("files", sameId.files);
  return hasSameFiles ? sameId : undefined;
}

/** Returns a manifest without some of its tasks, and without the dependencies on them. */
export function withoutTasks(derived: DerivedManifest, removed: ReadonlySet<string>): DerivedManifest {
  if (removed.size === 0) return derived;
  const stages = derived.stages.flatMap(({ name, tasks }) => {
    const kept = tasks.filter(({ id }) => !removed.has(id));
    return kept.length > 0 ? [{ name, tasks: kept.map((task) => withoutDependencies(task, removed)) }] : [];
  });
  return { ...derived, stages };
}

export const withoutDependencies = (task: DerivedTask, removed: ReadonlySet<string>): DerivedTask => ({
  ...task,
  depends: task.depends.filter((id) => !removed.has(id)),
});
