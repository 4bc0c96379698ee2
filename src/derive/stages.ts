import type { Plan } from "../../schemas/plan.ts";
import type { Wave } from "./stated/waves.ts";

/** What each task waits for, by number. */
export type Needs = readonly ReadonlySet<number>[];

/** Tasks in plan order, but each behind all that it needs. `needs` has no cycle. */
function orderOf(needs: Needs): number[] {
  const order = new Set<number>();
  const place = (task: number) => {
    const open = [task];
    while (open.length > 0) {
      const next = open.at(-1) as number;
      const need = [...(needs[next] ?? [])].sort((a, b) => a - b).find((one) => !order.has(one));
      if (need === undefined) order.add(open.pop() as number);
      else open.push(need);
    }
  };
  for (const task of needs.keys()) place(task);
  return [...order];
}

/** Greedy waves: a stage takes tasks in order until one needs a task of the stage itself. */
export function greedyWaves(needs: Needs): number[][] {
  const waves: number[][] = [];
  for (const task of orderOf(needs)) {
    const open = waves.at(-1);
    if (open && !open.some((other) => needs[task]?.has(other))) open.push(task);
    else waves.push([task]);
  }
  return waves.map((tasks) => tasks.sort((a, b) => a - b));
}

/** Every task one stage behind the last that it needs: where the plan itself says all of its order. */
export function levelsOf(needs: Needs): number[][] {
  const level: number[] = [];
  const levels: number[][] = [];
  for (const task of orderOf(needs)) {
    const at = 1 + Math.max(-1, ...[...(needs[task] ?? [])].map((need) => level[need] ?? 0));
    level[task] = at;
    const found = levels[at];
    if (found) found.push(task);
    else levels[at] = [task];
  }
  return levels.map((tasks) => tasks.sort((a, b) => a - b));
}

/** Stages with names: the heading that all of a stage's tasks stand under, where no stage before has it. */
export function named(stages: readonly (readonly number[])[], plan: Plan): Wave[] {
  const taken = new Set<string>();
  return stages.map((tasks, at) => {
    const [group, ...others] = new Set(tasks.map((task) => plan.tasks[task]?.group));
    const name = group && others.length === 0 && !taken.has(group) ? group : `Stage ${at + 1}`;
    taken.add(name);
    return { name, tasks };
  });
}
