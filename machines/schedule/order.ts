/**
 * What waits for what, as a graph of nodes: the tasks (0 to `tasks - 1`), then the barriers. A barrier node waits
 * for the barrier before it and for the tasks of one stage or batch, so that n tasks behind m others cost n + m
 * edges and not n × m.
 */
export interface Order {
  readonly tasks: number;
  readonly needs: readonly (readonly number[])[];
  readonly dependents: readonly (readonly number[])[];
}

/** Nodes so that each stands behind all that it needs; nodes on a cycle, and behind one, are left out. */
export function topological(order: Order): number[] {
  const unmet = order.needs.map((needs) => needs.length);
  const sorted = unmet.flatMap((count, node) => (count === 0 ? [node] : []));
  for (let next = 0; next < sorted.length; next += 1) {
    for (const dependent of order.dependents[sorted[next] as number] ?? []) {
      unmet[dependent] = (unmet[dependent] as number) - 1;
      if (unmet[dependent] === 0) sorted.push(dependent);
    }
  }
  return sorted;
}

/** For every node the number of tasks on the longest chain that starts with it, itself counted. */
export function chainLengths(order: Order): number[] {
  const length: number[] = order.needs.map(() => 0);
  for (const node of topological(order).reverse()) {
    let longest = 0;
    for (const dependent of order.dependents[node] ?? []) longest = Math.max(longest, length[dependent] ?? 0);
    length[node] = longest + (node < order.tasks ? 1 : 0);
  }
  return length;
}

/** The tasks of one longest chain, first to last; of several, the first in plan order. */
export function longestChain(order: Order): number[] {
  const length = chainLengths(order);
  const chain: number[] = [];
  let candidates: readonly number[] = order.needs.map((_, node) => node);
  while (candidates.length > 0) {
    const best = candidates.reduce((a, b) => ((length[b] ?? 0) > (length[a] ?? 0) ? b : a));
    if (best < order.tasks) chain.push(best);
    candidates = order.dependents[best] ?? [];
  }
  return chain;
}

/** Tasks by level: a task stands one level behind the last of what it waits for. */
export function levels(order: Order): number[][] {
  const depth: number[] = order.needs.map(() => 0);
  const waves: number[][] = [];
  for (const node of topological(order)) {
    let at = 0;
    for (const need of order.needs[node] ?? []) {
      at = Math.max(at, (depth[need] ?? 0) + (need < order.tasks ? 1 : 0));
    }
    depth[node] = at;
    if (node >= order.tasks) continue;
    const wave = waves[at];
    if (wave) wave.push(node);
    else waves[at] = [node];
  }
  return waves.filter((wave) => wave.length > 0).map((wave) => wave.sort((a, b) => a - b));
}

/** The tasks that each task waits for itself, barriers spelled out as the tasks behind them, in plan order. */
export function waitsFor(order: Order): number[][] {
  const behind = new Map<number, readonly number[]>();
  const expand = (needs: readonly number[]): number[] => {
    const found = new Set<number>();
    for (const need of needs) {
      if (need < order.tasks) found.add(need);
      else for (const task of behind.get(need) ?? []) found.add(task);
    }
    return [...found].sort((a, b) => a - b);
  };
  for (let barrier = order.tasks; barrier < order.needs.length; barrier += 1) {
    behind.set(barrier, expand(order.needs[barrier] ?? []));
  }
  return order.needs.slice(0, order.tasks).map(expand);
}

/** The barrier that a task waits for; undefined if there is none. A task's barrier is the last of its needs. */
export function barrierBefore({ needs, tasks }: Order, task: number): number | undefined {
  const last = needs[task]?.at(-1);
  return last !== undefined && last >= tasks ? last : undefined;
}

/** The tasks that a barrier waits for, those of earlier barriers included, in plan order. */
export function tasksBehind(order: Order, barrier: number): number[] {
  const found = new Set([barrier]);
  for (const node of found) {
    if (node >= order.tasks) for (const need of order.needs[node] ?? []) found.add(need);
  }
  return [...found].filter((node) => node < order.tasks).sort((a, b) => a - b);
}

/** One shortest cycle for each knot of nodes that wait for each other, as nodes in waiting order (a needs b, …). */
export function cycles(order: Order): number[][] {
  // A long chain before or behind a knot is left out first, since each search would walk it again.
  const outside = new Set([...topological(order), ...topological(reversed(order))]);
  const open = new Set(order.needs.map((_, node) => node).filter((node) => !outside.has(node)));
  const found: number[][] = [];
  for (const start of open) {
    const cycle = shortestCycle(order, start, open);
    if (!cycle) continue;
    found.push(cycle);
    for (const node of reachable(order, start, open)) open.delete(node);
  }
  return found;
}

const reversed = ({ tasks, needs, dependents }: Order): Order => ({
  tasks,
  needs: dependents,
  dependents: needs,
});

function shortestCycle(order: Order, start: number, open: ReadonlySet<number>): number[] | undefined {
  const from = new Map<number, number>();
  const queue = [start];
  for (let next = 0; next < queue.length; next += 1) {
    const node = queue[next] as number;
    for (const need of order.needs[node] ?? []) {
      if (need === start) {
        const path = [node];
        for (let step = node; step !== start; ) {
          step = from.get(step) as number;
          path.push(step);
        }
        return path.reverse();
      }
      if (!open.has(need) || from.has(need)) continue;
      from.set(need, node);
      queue.push(need);
    }
  }
  return undefined;
}

/**
 * The tasks of a cycle between two barriers, in waiting order: a barrier waits for the first one, and the last one
 * waits for the same or another barrier. Of several such paths, the one behind the cycle's last barrier. Returns
 * undefined if the cycle has no barrier.
 */
export function pathThroughBarrier(
  cycle: readonly number[],
  { tasks }: Pick<Order, "tasks">,
): number[] | undefined {
  const isBarrier = (node: number) => node >= tasks;
  const last = cycle.findLastIndex(isBarrier);
  if (last === -1) return undefined;
  const fromBarrier = [...cycle.slice(last + 1), ...cycle.slice(0, last + 1)];
  return fromBarrier.slice(0, fromBarrier.findIndex(isBarrier));
}

/** Nodes that both reach `start` and are reached from it: its knot. */
function reachable(order: Order, start: number, open: ReadonlySet<number>): number[] {
  const walk = (edges: readonly (readonly number[])[]) => {
    const seen = new Set([start]);
    for (const node of seen) for (const next of edges[node] ?? []) if (open.has(next)) seen.add(next);
    return seen;
  };
  const down = walk(order.needs);
  return [...walk(order.dependents)].filter((node) => down.has(node));
}
