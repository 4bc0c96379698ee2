/** Pairs of an old task, of the manifest, and a new one, of the plan. No task is in two pairs. */
export class Pairing<T extends { readonly id: string }> {
  private readonly newOf = new Map<T, T>();
  /** New tasks that are in a pair or excluded. */
  private readonly taken = new Set<T>();
  constructor(
    readonly oldTasks: readonly T[],
    readonly newTasks: readonly T[],
  ) {}

  get all(): [old: T, now: T][] {
    return this.oldTasks.flatMap((old): [T, T][] => {
      const now = this.newOf.get(old);
      return now ? [[old, now]] : [];
    });
  }
  get unpairedOld(): T[] {
    return this.oldTasks.filter((old) => !this.newOf.has(old));
  }
  get unpairedNew(): T[] {
    return this.newTasks.filter((now) => !this.taken.has(now));
  }

  /** Returns a new task if it is not in a pair yet. */
  ifUnpaired = (now: T | undefined): T | undefined => (now && this.taken.has(now) ? undefined : now);

  add(old: T, now: T): void {
    this.newOf.set(old, now);
    this.taken.add(now);
  }
  /** Excludes a new task that no old one can be. */
  exclude(now: T | undefined): void {
    if (now) this.taken.add(now);
  }

  /** Pairs each old task that has exactly one candidate, unless another old task has the same. */
  addUnambiguous(oldTasks: readonly T[], candidatesOf: (old: T) => readonly T[]): void {
    const found = oldTasks.map((old) => ({ old, candidates: candidatesOf(old) }));
    const wanted = new Map<T, number>();
    for (const one of found.flatMap(({ candidates }) => candidates))
      wanted.set(one, (wanted.get(one) ?? 0) + 1);
    for (const { old, candidates } of found) {
      const [only, other] = candidates;
      if (only && !other && wanted.get(only) === 1) this.add(old, only);
    }
  }

  /** The places of the tasks, in the order of their numbers, between those that are paired. */
  places(): Places<T> {
    const oldOf = new Map(this.all.map(([old, now]) => [now, old]));
    const gaps = [
      ...gapsIn(this.oldTasks, (old) => (this.newOf.has(old) ? old : undefined)),
      ...gapsIn(
        this.newTasks.filter((now) => oldOf.has(now) || this.ifUnpaired(now)),
        (now) => oldOf.get(now),
      ),
    ];
    return new Places(new Map(gaps), this.newOf, new Set(this.newTasks));
  }
}

/** The old tasks of the pairs around a task; undefined at an end. */
interface Gap<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

class Places<T extends { readonly id: string }> {
  private readonly sizes = new Map<T | undefined, number>();
  private readonly gaps: ReadonlyMap<T, Gap<T>>;
  private readonly newOf: ReadonlyMap<T, T>;
  constructor(gaps: ReadonlyMap<T, Gap<T>>, newOf: ReadonlyMap<T, T>, newTasks: ReadonlySet<T>) {
    this.gaps = gaps;
    this.newOf = new Map(newOf);
    for (const [task, { after }] of gaps)
      this.sizes.set(after, (this.sizes.get(after) ?? 0) + (newTasks.has(task) ? 1 : -1));
  }

  /** Whether an old and a new task are between the same pairs. */
  isSame(old: T, now: T): boolean {
    const [one, other] = [this.gaps.get(old), this.gaps.get(now)];
    return one?.before === other?.before && one?.after === other?.after;
  }

  /** Whether a new task was inserted before the next pair and renumbered it. */
  isShifted(old: T): boolean {
    const after = this.gaps.get(old)?.after;
    const now = after && this.newOf.get(after);
    return now !== undefined && now.id !== after?.id && (this.sizes.get(after) ?? 0) > 0;
  }
}

const byNumber = new Intl.Collator("en", { numeric: true });

function gapsIn<T extends { readonly id: string }>(
  tasks: readonly T[],
  known: (task: T) => T | undefined,
): [T, Gap<T>][] {
  const sorted = tasks.toSorted((a, b) => byNumber.compare(a.id, b.id));
  const befores = sorted.map(lastPaired(known));
  const afters = sorted.toReversed().map(lastPaired(known)).toReversed();
  return sorted.flatMap((task, at): [T, Gap<T>][] =>
    known(task) ? [] : [[task, { before: befores[at], after: afters[at] }]],
  );
}

/** Returns a function that, called for each task of a list in turn, returns the last paired one so far. */
function lastPaired<T>(known: (task: T) => T | undefined): (task: T) => T | undefined {
  let last: T | undefined;
  return (task) => {
    last = known(task) ?? last;
    return last;
  };
}
