import type { Edge } from "./rules.ts";
import type { Stage } from "./stages.ts";

/** An edge that was not added, as it closes a cycle or leads from a later stage to an earlier one. */
export interface RejectedEdge {
  readonly edge: Edge;
  /** The rest of the cycle: `edge.from` needs the next task, and so on to `edge.to`. Empty if stages forbid the edge. */
  readonly path: readonly number[];
}

/** The most cycles that are traced; for further ones `path` holds the ends. Bounds the time for a hostile plan. */
const mostPaths = 50;

/** Collects edges, rejecting any that closes a cycle or contradicts the stages; earlier edges win. */
export class AcyclicEdges {
  readonly edges: Edge[] = [];
  /** For each task, the tasks that it depends on directly. */
  readonly needs: Set<number>[];
  /** For each task, the tasks that depend on it directly. */
  readonly dependents: Set<number>[];
  private readonly stageOf = new Map<number, number>();
  private readonly keys = new Set<string>();
  /** Every edge so far leads forward in plan order; another such edge cannot close a cycle. */
  private isForward = true;
  /** Transitive needs and dependents of the task asked about last. */
  private allNeeds: Closure | undefined;
  private allDependents: Closure | undefined;
  private paths = 0;

  /** `stages`, if the plan states them, must hold every task. */
  constructor(tasks: number, stages: readonly Stage[] = []) {
    this.needs = Array.from({ length: tasks }, () => new Set());
    this.dependents = Array.from({ length: tasks }, () => new Set());
    for (const [index, { tasks: members }] of stages.entries())
      for (const task of members) this.stageOf.set(task, index);
  }

  /** Adds edges in order and returns those that were rejected. Repeated ones are skipped silently. */
  addAll(edges: readonly Edge[]): RejectedEdge[] {
    return edges.flatMap((edge) => this.add(edge) ?? []);
  }

  /** Adds edges in order, except for those that follow from others. */
  addMissing(edges: readonly Edge[]): void {
    for (const edge of edges) if (!this.needsOf(edge.to).has(edge.from)) this.add(edge);
  }

  private add(edge: Edge): RejectedEdge | undefined {
    const { from, to, kind } = edge;
    const key = `${from} ${to} ${kind}`;
    if (this.keys.has(key) || from === to) return undefined;
    if ((this.stageOf.get(from) ?? 0) > (this.stageOf.get(to) ?? 0)) return { edge, path: [] };
    if (!(this.isForward && from < to) && this.dependentsOf(to).has(from))
      return { edge, path: this.pathBetween(from, to) };
    this.keys.add(key);
    this.isForward &&= from < to;
    this.needs[to]?.add(from);
    this.dependents[from]?.add(to);
    this.edges.push(edge);
    // The dependents of a task stay the same when that task itself gets another need.
    if (this.allDependents?.task !== to) this.allDependents = undefined;
    if (this.allNeeds?.task === to) extend(this.allNeeds.all, from, this.needs);
    else this.allNeeds = undefined;
    return undefined;
  }

  /** The shortest path along needs. */
  private pathBetween(from: number, to: number): number[] {
    this.paths += 1;
    if (this.paths > mostPaths) return [from, to];
    const previous = new Map([[from, from]]);
    for (const task of previous.keys()) {
      if (task === to) break;
      for (const need of this.needs[task] ?? []) if (!previous.has(need)) previous.set(need, task);
    }
    const path = [to];
    for (let task = to; task !== from; path.push(task)) task = previous.get(task) ?? from;
    return path.reverse();
  }

  private needsOf(task: number): ReadonlySet<number> {
    if (this.allNeeds?.task !== task) this.allNeeds = { task, all: extend(new Set(), task, this.needs) };
    return this.allNeeds.all;
  }

  private dependentsOf(task: number): ReadonlySet<number> {
    if (this.allDependents?.task !== task)
      this.allDependents = { task, all: extend(new Set(), task, this.dependents) };
    return this.allDependents.all;
  }
}

interface Closure {
  readonly task: number;
  /** The task itself and all that can be reached from it. */
  readonly all: Set<number>;
}

/** Adds a task, and all that can be reached from it, to a closed set, and returns the set. */
function extend(all: Set<number>, task: number, next: readonly ReadonlySet<number>[]): Set<number> {
  const open = [task];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (all.has(node)) continue;
    all.add(node);
    for (const one of next[node] ?? []) open.push(one);
  }
  return all;
}
