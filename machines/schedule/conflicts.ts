import { type Order, topological } from "./order.ts";
import type { RunSpec } from "./types.ts";

/** Files that tasks share without one of them waiting for the other: only these tasks are kept apart at run time. */
export function conflictsOf(spec: RunSpec, order: Order): { file: string; tasks: number[] }[] {
  if (spec.locks.holders.length === 0) return [];
  const before = ancestors(order);
  const isBefore = (a: number, b: number) => ((before[b]?.[a >>> 5] ?? 0) & (1 << (a & 31))) !== 0;
  return spec.locks.holders.flatMap((holders, lock) => {
    const tasks = holders.filter((a) => holders.some((b) => a !== b && !isBefore(a, b) && !isBefore(b, a)));
    return tasks.length < 2 ? [] : [{ file: spec.locks.paths[lock] ?? "", tasks }];
  });
}

/** For each node, the nodes that settle before it starts, as bits by number. */
function ancestors(order: Order): Uint32Array[] {
  const words = Math.ceil(order.needs.length / 32);
  const before = order.needs.map(() => new Uint32Array(words));
  for (const node of topological(order)) {
    const all = before[node] as Uint32Array;
    for (const need of order.needs[node] ?? []) {
      before[need]?.forEach((bits, word) => {
        all[word] = (all[word] as number) | bits;
      });
      all[need >>> 5] = (all[need >>> 5] as number) | (1 << (need & 31));
    }
  }
  return before;
}
