import { bare, type DerivedRecord, markOf } from "./derived-record.ts";

interface Named {
  readonly id: string;
  readonly title?: string | undefined;
}

/**
 * The manifest's tasks that have another id in the plan by now, as after a new Task 3 became Task 4: told by a title
 * that one task alone has. A task that is gone from the plan, and whose id another one takes, goes out of its way.
 */
export function renumbered(
  manifest: readonly Named[],
  plan: readonly Named[],
  record: DerivedRecord,
): Map<string, string> {
  const byId = new Map(plan.map((task) => [task.id, task]));
  const byTitle = new Map<string, Named | undefined>();
  for (const task of plan) byTitle.set(bare(task.title), byTitle.has(bare(task.title)) ? undefined : task);
  const byMark = new Map(plan.map((task) => [markOf("title", task.title), task]));
  const goals = manifest.map(({ id, title }) => {
    // As it is called, or as it was derived, for a person may have called it otherwise since.
    const derived = byMark.get(record.get(id)?.title ?? "");
    const goal = byTitle.get(bare(title)) ?? (derived && byTitle.get(bare(derived.title)));
    const own = byId.get(id);
    const isOwn = own && (bare(own.title) === bare(title) || own === derived);
    return goal && !isOwn ? goal.id : undefined;
  });
  const wanted = new Map<string, number>();
  for (const goal of goals) if (goal) wanted.set(goal, (wanted.get(goal) ?? 0) + 1);
  const settled = new Set<string>();
  const renames = new Map<string, string>();
  manifest.forEach(({ id, title }, at) => {
    const goal = goals[at];
    if (goal && wanted.get(goal) === 1) renames.set(id, goal);
    else if (bare(byId.get(id)?.title) === bare(title)) settled.add(id);
  });
  for (const [id, goal] of renames) if (settled.has(goal)) renames.delete(id);
  const taken = new Set([...renames.values(), ...byId.keys(), ...manifest.map(({ id }) => id)]);
  const goalsTaken = new Set(renames.values());
  for (const { id } of manifest) {
    if (renames.has(id) || !goalsTaken.has(id)) continue;
    let free = `${id}-gone`;
    for (let count = 2; taken.has(free); count += 1) free = `${id}-gone-${count}`;
    taken.add(free);
    renames.set(id, free);
  }
  return renames;
}
