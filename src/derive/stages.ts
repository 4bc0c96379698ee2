/** A stage of a derived manifest: tasks by number, in plan order. */
export interface Stage {
  readonly name: string;
  readonly tasks: readonly number[];
}

/** The tasks in plan order, but each behind all that it needs. `needs` has no cycle. */
export function orderOf(needs: readonly ReadonlySet<number>[]): number[] {
  const placed = new Set<number>();
  const order: number[] = [];
  const place = (task: number) => {
    if (placed.has(task)) return;
    placed.add(task);
    for (const need of [...(needs[task] ?? [])].sort((a, b) => a - b)) place(need);
    order.push(task);
  };
  for (const task of needs.keys()) place(task);
  return order;
}

/** Greedy waves: a stage takes tasks in order until one needs a task of the stage itself. */
export function greedyWaves(needs: readonly ReadonlySet<number>[]): number[][] {
  const waves: number[][] = [];
  for (const task of orderOf(needs)) {
    const open = waves.at(-1);
    if (open && !open.some((other) => needs[task]?.has(other))) open.push(task);
    else waves.push([task]);
  }
  return waves;
}

/** Every task one stage behind the last that it needs. */
export function levelsOf(needs: readonly ReadonlySet<number>[]): number[][] {
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
