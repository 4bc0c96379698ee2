import type { RunState } from "../../src/history/run-state.ts";

/** Returns the slot of each attempt, counted from 0, by task: an attempt takes the first free slot. */
export function slotsOf(run: RunState): ReadonlyMap<string, readonly number[]> {
  const attempts = [...run.tasks.values()].flatMap(({ id, attempts }) =>
    attempts.map(({ startedAt, endedAt }) => ({ id, startedAt, endedAt })),
  );
  const busyUntil: number[] = [];
  const slots = new Map<string, number[]>();
  for (const { id, startedAt, endedAt } of attempts.sort((a, b) => a.startedAt - b.startedAt)) {
    const free = busyUntil.findIndex((until) => until <= startedAt);
    const slot = free < 0 ? busyUntil.length : free;
    busyUntil[slot] = endedAt ?? Number.POSITIVE_INFINITY;
    slots.set(id, [...(slots.get(id) ?? []), slot]);
  }
  return slots;
}
