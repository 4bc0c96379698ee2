/** Which of the tasks of a plan each task of a manifest is: no two are one. */
export class Pairing<T extends { readonly id: string }> {
  private readonly newOf = new Map<T, T>();
  private readonly closed = new Set<T>();
  constructor(
    readonly olds: readonly T[],
    readonly news: readonly T[],
  ) {}

  get all(): [old: T, now: T][] {
    return this.olds.flatMap((old): [T, T][] => {
      const now = this.newOf.get(old);
      return now ? [[old, now]] : [];
    });
  }
  get openOlds(): T[] {
    return this.olds.filter((old) => !this.newOf.has(old));
  }
  get openNews(): T[] {
    return this.news.filter((now) => !this.closed.has(now));
  }

  /** A task of the plan, if it is nobody's yet. */
  open = (now: T | undefined): T | undefined => (now && this.closed.has(now) ? undefined : now);

  add(old: T, now: T): void {
    this.newOf.set(old, now);
    this.closed.add(now);
  }
  /** A task of the plan that is none of the manifest's. */
  close(now: T | undefined): void {
    if (now) this.closed.add(now);
  }

  /** Pairs each that has one candidate alone, which is no other's. */
  addSure(olds: readonly T[], candidatesOf: (old: T) => readonly T[]): void {
    const found = olds.map((old) => ({ old, candidates: candidatesOf(old) }));
    const wanted = new Map<T, number>();
    for (const one of found.flatMap(({ candidates }) => candidates))
      wanted.set(one, (wanted.get(one) ?? 0) + 1);
    for (const { old, candidates } of found) {
      const [only, other] = candidates;
      if (only && !other && wanted.get(only) === 1) this.add(old, only);
    }
  }

  /** Where tasks stand, in the order of their numbers, among those that are paired by now. */
  places(): Places<T> {
    const oldOf = new Map(this.all.map(([old, now]) => [now, old]));
    const gaps = [
      ...gapsIn(this.olds, (old) => (this.newOf.has(old) ? old : undefined)),
      ...gapsIn(
        this.news.filter((now) => oldOf.has(now) || this.open(now)),
        (now) => oldOf.get(now),
      ),
    ];
    return new Places(new Map(gaps), this.newOf, new Set(this.news));
  }
}

/** What lies between two tasks that are known, both as the manifest's, or at an end. */
interface Gap<T> {
  readonly before: T | undefined;
  readonly behind: T | undefined;
}

class Places<T extends { readonly id: string }> {
  private readonly sizes = new Map<T | undefined, number>();
  private readonly gaps: ReadonlyMap<T, Gap<T>>;
  private readonly newOf: ReadonlyMap<T, T>;
  constructor(gaps: ReadonlyMap<T, Gap<T>>, newOf: ReadonlyMap<T, T>, news: ReadonlySet<T>) {
    this.gaps = gaps;
    this.newOf = new Map(newOf);
    for (const [task, { behind }] of gaps)
      this.sizes.set(behind, (this.sizes.get(behind) ?? 0) + (news.has(task) ? 1 : -1));
  }

  /** Whether they stand between the same tasks. */
  isSame(old: T, now: T): boolean {
    const [one, other] = [this.gaps.get(old), this.gaps.get(now)];
    return one?.before === other?.before && one?.behind === other?.behind;
  }

  /** Whether a new task came before the next one that is known, and gave it another number. */
  isShifted(old: T): boolean {
    const behind = this.gaps.get(old)?.behind;
    const now = behind && this.newOf.get(behind);
    return now !== undefined && now.id !== behind?.id && (this.sizes.get(behind) ?? 0) > 0;
  }
}

const byNumber = new Intl.Collator("en", { numeric: true });

function gapsIn<T extends { readonly id: string }>(
  tasks: readonly T[],
  known: (task: T) => T | undefined,
): [T, Gap<T>][] {
  const sorted = tasks.toSorted((a, b) => byNumber.compare(a.id, b.id));
  const befores = sorted.map(carry(known));
  const behinds = sorted.toReversed().map(carry(known)).toReversed();
  return sorted.flatMap((task, at): [T, Gap<T>][] =>
    known(task) ? [] : [[task, { before: befores[at], behind: behinds[at] }]],
  );
}

/** The last one that was known, as a list is gone through. */
function carry<T>(known: (task: T) => T | undefined): (task: T) => T | undefined {
  let last: T | undefined;
  return (task) => {
    last = known(task) ?? last;
    return last;
  };
}
