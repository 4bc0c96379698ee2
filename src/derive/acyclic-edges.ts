import type { Edge } from "./edge.ts";
import type { Wave } from "./stated/waves.ts";

/** A dependency that the plan states and that is left out: with others it would be a cycle, or a wave forbids it. */
export interface Refused {
  readonly edge: Edge;
  /** From the one that would come first, over what each waits for, to the one that would wait; empty for a wave. */
  readonly path: readonly number[];
}

/** How many ways are looked for: bounds the time that a hostile plan can take. */
const mostPaths = 50;

/** Edges that make no cycle and go against no wave. What comes first stays. */
export class Acyclic {
  readonly edges: Edge[] = [];
  readonly needs: Set<number>[];
  private readonly users: Set<number>[];
  private readonly wave = new Map<number, number>();
  private readonly known = new Set<string>();
  /** Edges that all lead on in plan order make no cycle. */
  private isForward = true;
  /** All that one task waits for in the end, and all that wait for one, kept while it is asked about again. */
  private behind: Reached | undefined;
  private ahead: Reached | undefined;
  private paths = 0;
  constructor(tasks: number, waves: readonly Wave[] | undefined) {
    this.needs = Array.from({ length: tasks }, () => new Set());
    this.users = Array.from({ length: tasks }, () => new Set());
    for (const [at, { tasks: members }] of (waves ?? []).entries())
      for (const task of members) this.wave.set(task, at);
  }

  /** Gives back why it is refused, where it is; one that is there already is not. */
  add(edge: Edge): Refused | undefined {
    const { from, to, kind } = edge;
    const key = `${from} ${to} ${kind}`;
    if (this.known.has(key) || from === to) return undefined;
    if ((this.wave.get(from) ?? 0) > (this.wave.get(to) ?? 0)) return { edge, path: [] };
    if (!(this.isForward && from < to) && this.allAhead(to).has(from))
      return { edge, path: this.pathFrom(from, to) };
    this.known.add(key);
    this.isForward &&= from < to;
    this.needs[to]?.add(from);
    this.users[from]?.add(to);
    this.edges.push(edge);
    // What waits for a task stays the same where that task itself waits for one more.
    if (this.ahead?.task !== to) this.ahead = undefined;
    if (this.behind?.task === to) reach(this.behind.all, from, this.needs);
    else this.behind = undefined;
    return undefined;
  }

  /** From a task over what each waits for to another, the shortest way. */
  private pathFrom(from: number, to: number): number[] {
    this.paths += 1;
    if (this.paths > mostPaths) return [from, to];
    const user = new Map([[from, from]]);
    for (const task of user.keys()) {
      if (task === to) break;
      for (const next of this.needs[task] ?? []) if (!user.has(next)) user.set(next, task);
    }
    const path = [to];
    for (let task = to; task !== from; path.push(task)) task = user.get(task) ?? from;
    return path.reverse();
  }

  /** Adds it unless it follows from others. */
  addNew(edge: Edge): void {
    if (!this.allBehind(edge.to).has(edge.from)) this.add(edge);
  }

  private allBehind(task: number): ReadonlySet<number> {
    if (this.behind?.task !== task) this.behind = { task, all: reach(new Set(), task, this.needs) };
    return this.behind.all;
  }

  private allAhead(task: number): ReadonlySet<number> {
    if (this.ahead?.task !== task) this.ahead = { task, all: reach(new Set(), task, this.users) };
    return this.ahead.all;
  }
}

interface Reached {
  readonly task: number;
  readonly all: Set<number>;
}

/** Adds to a set a task and all that lies behind it one way, where they are not in it. */
function reach(all: Set<number>, task: number, next: readonly ReadonlySet<number>[]): Set<number> {
  const open = [task];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (all.has(one)) continue;
    all.add(one);
    for (const other of next[one] ?? []) open.push(other);
  }
  return all;
}
