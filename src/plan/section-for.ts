import type { Plan, PlanTask } from "../../schemas/plan.ts";
import { titleKey } from "../text/title-key.ts";

/** Finds the plan's task for a manifest's task: by id, or else by title, ignoring case and spaces. */
export function sectionFor(
  plan: Plan,
  { id, title }: { readonly id: string; readonly title: string },
): PlanTask | undefined {
  const { byId, byTitle } = indexOf(plan);
  return byId.get(id.toLowerCase()) ?? byTitle.get(titleKey(title));
}

interface Index {
  readonly byId: ReadonlyMap<string, PlanTask>;
  readonly byTitle: ReadonlyMap<string, PlanTask>;
}

/** One index for each plan: a run of 10,000 tasks looks up as many sections. */
const indexes = new WeakMap<Plan, Index>();

function indexOf(plan: Plan): Index {
  const known = indexes.get(plan);
  if (known) return known;
  // The first of several tasks of one name wins, so it is set last.
  const tasks = plan.tasks.toReversed();
  const index = {
    byId: new Map(tasks.map((task) => [task.id, task])),
    byTitle: new Map(tasks.map((task) => [titleKey(task.title), task])),
  };
  indexes.set(plan, index);
  return index;
}
