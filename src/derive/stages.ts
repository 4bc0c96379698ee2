import { levels } from "../../machines/schedule/order.ts";
import type { Plan } from "../../schemas/plan.ts";

/** A named group of tasks that runs after the groups before it. Tasks are numbered from 0 in plan order. */
export interface Stage {
  readonly name: string;
  readonly tasks: readonly number[];
}

/** For each task, the tasks at the other end of its edges. The edges make no cycle. */
type Neighbours = readonly ReadonlySet<number>[];

/** Tasks in plan order, except that each follows all that it needs. */
function sortByNeeds(needs: Neighbours): number[] {
  const sorted = new Set<number>();
  for (const task of needs.keys()) {
    const open = [task];
    for (let next = open.at(-1); next !== undefined; next = open.at(-1)) {
      const unmet = [...(needs[next] ?? [])].filter((need) => !sorted.has(need));
      if (unmet.length > 0) open.push(unmet.reduce((first, need) => Math.min(first, need)));
      else sorted.add(open.pop() as number);
    }
  }
  return [...sorted];
}

/** Groups tasks in plan order: a new stage opens when a task needs one of the current stage. */
export function stagesInPlanOrder(needs: Neighbours): number[][] {
  const stages: number[][] = [];
  for (const task of sortByNeeds(needs)) {
    const current = stages.at(-1);
    if (current && !current.some((other) => needs[task]?.has(other))) current.push(task);
    else stages.push([task]);
  }
  return stages.map((tasks) => tasks.sort((a, b) => a - b));
}

/** Groups tasks by level: each stands one stage after the last task that it needs. */
export const stagesByLevel = (needs: Neighbours, dependents: Neighbours): number[][] =>
  levels({
    tasks: needs.length,
    needs: needs.map((tasks) => [...tasks]),
    dependents: dependents.map((tasks) => [...tasks]),
  });

/** Names stages after the heading that all their tasks share, unless an earlier stage has that name. */
export function nameStages(stages: readonly (readonly number[])[], plan: Plan): Stage[] {
  const taken = new Set<string>();
  return stages.map((tasks, index) => {
    const [group, ...others] = new Set(tasks.map((task) => plan.tasks[task]?.group));
    const name = group && others.length === 0 && !taken.has(group) ? group : `Stage ${index + 1}`;
    taken.add(name);
    return { name, tasks };
  });
}
