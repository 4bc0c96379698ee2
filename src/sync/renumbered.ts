import { normalisePath } from "../../machines/schedule/locks.ts";
import { freeId } from "../plan/tasks/task-heading.ts";
import { titleKey } from "../text/title-key.ts";
import { type DerivedRecord, markOf } from "./derived-record.ts";
import { Pairing } from "./pairing.ts";

interface Named {
  readonly id: string;
  readonly title?: string | undefined;
  readonly files: readonly string[];
}

export interface Renumbered {
  /** The manifest's tasks that have another id by now: a task that is gone goes out of the way of one with its id. */
  readonly renames: ReadonlyMap<string, string>;
  /** For tasks that are gone, by the ids that they have then: the plan's task that each may be by now. */
  readonly likely: ReadonlyMap<string, string>;
}

/**
 * Which of the plan's tasks the manifest's are, as after a new Task 3 became Task 4: told by a title that one task
 * alone has, by files that no others have and the place between the tasks known by title, and by the id. Where none of
 * these is sure a task is gone, for what a person wrote in it belongs to no other.
 */
export function renumbered(
  manifest: readonly Named[],
  plan: readonly Named[],
  record: DerivedRecord,
): Renumbered {
  const pairs = new Pairing(manifest, plan);
  const byId = new Map(plan.map((task) => [task.id, task]));
  const ownOf = ({ id }: Named) => pairs.open(byId.get(id));
  pairByTitle(pairs, ownOf, record);
  const kin = kinsOf(pairs, record);
  for (const old of pairs.openOlds) {
    const own = ownOf(old);
    if (own && kin(old).includes(own)) pairs.add(old, own);
  }
  const place = pairs.places();
  // A task that a person added is known by its title or its id alone.
  pairs.addSure(
    pairs.openOlds.filter(({ id }) => record.has(id)),
    (old) => kin(old).filter((one) => place.isSame(old, one)),
  );
  for (const old of pairs.openOlds) {
    const own = ownOf(old);
    if (own && place.isSame(old, own) && !place.isShifted(old)) pairs.add(old, own);
  }
  const renames = new Map(
    pairs.all.filter(([{ id }, now]) => id !== now.id).map(([{ id }, now]) => [id, now.id]),
  );
  const taken = new Set([...byId.keys(), ...manifest.map(({ id }) => id)]);
  const likely = new Map<string, string>();
  for (const old of pairs.openOlds) {
    const id = byId.has(old.id) ? freeId(`${old.id}-gone`, taken) : old.id;
    if (id !== old.id) renames.set(old.id, id);
    const [only, other] =
      kin(old).length > 0 ? kin(old) : pairs.openNews.filter((one) => place.isSame(old, one));
    if (only && !other) likely.set(id, only.id);
  }
  return { renames, likely };
}

/** As it is called, or as it was derived, for a person may have called it otherwise since; its own id first. */
function pairByTitle(
  pairs: Pairing<Named>,
  ownOf: (old: Named) => Named | undefined,
  record: DerivedRecord,
): void {
  const markOfOld = ({ id }: Named) => record.get(id)?.title ?? "";
  const markOfNew = ({ title }: Named) => markOf("title", title);
  for (const old of pairs.openOlds) {
    const own = ownOf(old);
    if (own && (titleKey(own.title) === titleKey(old.title) || markOfNew(own) === markOfOld(old)))
      pairs.add(old, own);
  }
  const byTitle = only(pairs.news, ({ title }) => [titleKey(title)]);
  const byMark = only(pairs.news, (task) => [markOfNew(task)]);
  pairs.addSure(pairs.openOlds, (old) => {
    const goal = pairs.open(byTitle.get(titleKey(old.title)) ?? byMark.get(markOfOld(old)));
    return goal ? [goal] : [];
  });
  // What a person removed from the manifest is none of its tasks.
  const ids = new Set(pairs.olds.map(({ id }) => id));
  for (const [id, { title = "" }] of record) if (!ids.has(id)) pairs.close(byMark.get(title));
}

/** The plan's tasks that share files with one of the manifest's, now or as derived, that no others have. */
function kinsOf(pairs: Pairing<Named>, record: DerivedRecord): (old: Named) => Named[] {
  const paths = ({ files }: Named) => files.map(normalisePath);
  const [oldOf, newOf] = [only(pairs.olds, paths), only(pairs.news, paths)];
  const none = markOf("files", []);
  const markOfOld = ({ id }: Named) => [record.get(id)?.files ?? none];
  const [oldOfMark, newOfMark] = [
    only(pairs.olds, markOfOld),
    only(pairs.news, ({ files }) => [markOf("files", files)]),
  ];
  return (old) => {
    const found = paths(old).map((path) => (oldOf.get(path) === old ? newOf.get(path) : undefined));
    const [mark = none] = markOfOld(old);
    if (mark !== none && oldOfMark.get(mark) === old) found.push(newOfMark.get(mark));
    return [...new Set(found)].flatMap((task) => pairs.open(task) ?? []);
  };
}

/** For each key the one that has it, where no other does. */
function only<T>(all: readonly T[], keysOf: (one: T) => readonly string[]): Map<string, T | undefined> {
  const found = new Map<string, T | undefined>();
  for (const one of all)
    for (const key of new Set(keysOf(one))) found.set(key, found.has(key) ? undefined : one);
  return found;
}
