import { normalisePath } from "../../machines/schedule/locks.ts";
import { freeId } from "../plan/tasks/task-heading.ts";
import { titleKey } from "../text/title-key.ts";
import { type DerivedRecord, digestOf } from "./derived-record.ts";
import { Pairing } from "./pairing.ts";

interface Named {
  readonly id: string;
  readonly title?: string | undefined;
  readonly files: readonly string[];
}

interface Matches {
  /** The plan's task of each of the manifest's that was recognised, by the ids as they are. */
  readonly pairs: ReadonlyMap<string, string>;
  /** New ids of the manifest's tasks. A task that is gone gets one if the plan gives its id to another task. */
  readonly renames: ReadonlyMap<string, string>;
  /** For tasks that are gone, by their ids after the renames: the plan's task that each may be now. */
  readonly likely: ReadonlyMap<string, string>;
}

/**
 * Finds the plan's task for each of the manifest's, since a new Task 3 turns the old one into Task 4. Tasks are
 * recognised by a unique title, by files that no other task has together with the place between tasks of known titles,
 * and by the id. If none of these is certain, the task counts as gone: a person's edits must not move to another task.
 */
export function matchTasks(
  manifest: readonly Named[],
  plan: readonly Named[],
  record: DerivedRecord,
): Matches {
  const pairs = new Pairing(manifest, plan);
  const byId = new Map(plan.map((task) => [task.id, task]));
  const sameId = ({ id }: Named) => pairs.ifUnpaired(byId.get(id));
  pairByTitle(pairs, sameId, record);
  const related = relatedByFiles(pairs, record);
  for (const old of pairs.unpairedOld) {
    const own = sameId(old);
    if (own && related(old).includes(own)) pairs.add(old, own);
  }
  const place = pairs.places();
  // A task that a person added is recognised only by its title or id.
  pairs.addUnambiguous(
    pairs.unpairedOld.filter(({ id }) => record.has(id)),
    (old) => related(old).filter((one) => place.isSame(old, one)),
  );
  for (const old of pairs.unpairedOld) {
    const own = sameId(old);
    if (own && place.isSame(old, own) && !place.isShifted(old)) pairs.add(old, own);
  }
  const renames = new Map(
    pairs.all.filter(([{ id }, now]) => id !== now.id).map(([{ id }, now]) => [id, now.id]),
  );
  const taken = new Set([...byId.keys(), ...manifest.map(({ id }) => id)]);
  const likely = new Map<string, string>();
  for (const old of pairs.unpairedOld) {
    const id = byId.has(old.id) ? freeId(`${old.id}-gone`, taken) : old.id;
    if (id !== old.id) renames.set(old.id, id);
    const [only, other] =
      related(old).length > 0 ? related(old) : pairs.unpairedNew.filter((one) => place.isSame(old, one));
    if (only && !other) likely.set(id, only.id);
  }
  return { pairs: new Map(pairs.all.map(([{ id }, now]) => [id, now.id])), renames, likely };
}

/** Pairs by title, current or as derived, since a person may have changed it. Tasks of the same id come first. */
function pairByTitle(
  pairs: Pairing<Named>,
  sameId: (old: Named) => Named | undefined,
  record: DerivedRecord,
): void {
  const oldDigest = ({ id }: Named) => record.get(id)?.title ?? "";
  const newDigest = ({ title }: Named) => digestOf("title", title);
  for (const old of pairs.unpairedOld) {
    const own = sameId(old);
    if (own && (titleKey(own.title) === titleKey(old.title) || newDigest(own) === oldDigest(old)))
      pairs.add(old, own);
  }
  const byTitle = uniqueByKey(pairs.newTasks, ({ title }) => [titleKey(title)]);
  const byDigest = uniqueByKey(pairs.newTasks, (task) => [newDigest(task)]);
  pairs.addUnambiguous(pairs.unpairedOld, (old) => {
    const goal = pairs.ifUnpaired(byTitle.get(titleKey(old.title)) ?? byDigest.get(oldDigest(old)));
    return goal ? [goal] : [];
  });
  // Tasks that a person removed from the manifest must not be paired.
  const ids = new Set(pairs.oldTasks.map(({ id }) => id));
  for (const [id, { title = "" }] of record) if (!ids.has(id)) pairs.exclude(byDigest.get(title));
}

/**
 * Returns a function from a task of the manifest to the plan's unpaired tasks that share files with it, now or as
 * derived, that no others have.
 */
function relatedByFiles(pairs: Pairing<Named>, record: DerivedRecord): (old: Named) => Named[] {
  const paths = ({ files }: Named) => files.map(normalisePath);
  const [oldOf, newOf] = [uniqueByKey(pairs.oldTasks, paths), uniqueByKey(pairs.newTasks, paths)];
  const none = digestOf("files", []);
  const oldDigest = ({ id }: Named) => [record.get(id)?.files ?? none];
  const [oldOfDigest, newOfDigest] = [
    uniqueByKey(pairs.oldTasks, oldDigest),
    uniqueByKey(pairs.newTasks, ({ files }) => [digestOf("files", files)]),
  ];
  return (old) => {
    const found = paths(old).map((path) => (oldOf.get(path) === old ? newOf.get(path) : undefined));
    const [digest = none] = oldDigest(old);
    if (digest !== none && oldOfDigest.get(digest) === old) found.push(newOfDigest.get(digest));
    return [...new Set(found)].flatMap((task) => pairs.ifUnpaired(task) ?? []);
  };
}

/** By key, the task that alone has it; undefined if several do. */
function uniqueByKey<T>(
  all: readonly T[],
  keysOf: (one: T) => readonly string[],
): Map<string, T | undefined> {
  const found = new Map<string, T | undefined>();
  for (const one of all)
    for (const key of new Set(keysOf(one))) found.set(key, found.has(key) ? undefined : one);
  return found;
}
