import type { Waits } from "./stated.ts";

/** What determines a task's place among the others. */
export interface Placed {
  readonly number: string;
  readonly isParallel: boolean;
  readonly phase?: string;
}

/**
 * Returns the tasks of its phase that each task follows: the `[P]` tasks just before it, or the last one without `[P]`.
 * An order that the plan states takes precedence over the listed one.
 */
export function guessedOrder(items: readonly Placed[], stated: Waits): Waits {
  let last: readonly string[] = [];
  let together: string[] = [];
  let phase: string | undefined;
  return new Map(
    sorted(items, stated).map((item) => {
      if (phase !== item.phase) [phase, last, together] = [item.phase, [], []];
      if (item.isParallel) {
        together.push(item.number);
        return [item.number, last];
      }
      const before = together.length > 0 ? together : last;
      [last, together] = [[item.number], []];
      return [item.number, before];
    }),
  );
}

/** The tasks in listed order, except those that must follow a later task of their phase: they move right after it. */
function sorted(items: readonly Placed[], stated: Waits): Placed[] {
  const places = new Map(items.map(({ number }, at) => [number, at]));
  const followers = items.map((): number[] => []);
  const missing = items.map(({ number, phase }, at) => {
    const before = new Set((stated.get(number) ?? []).flatMap((one) => places.get(one) ?? []));
    const own = [...before].filter((one) => one !== at && items[one]?.phase === phase);
    for (const one of own) followers[one]?.push(at);
    return own.length;
  });
  const placed = new Set<number>();
  for (const at of items.keys()) {
    const next = missing[at] === 0 ? [at] : [];
    for (const one of next) {
      placed.add(one);
      for (const follower of followers[one] ?? []) {
        missing[follower] = (missing[follower] ?? 0) - 1;
        if (missing[follower] === 0 && follower < at) next.push(follower);
      }
    }
  }
  // A cycle has no first task.
  return placed.size === items.length ? [...placed].flatMap((at) => items[at] ?? []) : [...items];
}

/** The runs of consecutive tasks marked `[P]` in a phase, by number. */
export function parallelRuns(items: readonly Placed[]): string[][] {
  const found: string[][] = [];
  items.forEach((item, at) => {
    if (!item.isParallel) return;
    const last = items[at - 1];
    if (last?.isParallel && last.phase === item.phase) found.at(-1)?.push(item.number);
    else found.push([item.number]);
  });
  return found;
}
