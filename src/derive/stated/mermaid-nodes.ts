import { groupPairs } from "../group-pairs.ts";
import type { Pair } from "./sequences.ts";

type Arrow = readonly [from: string, to: string];

/** The most steps through nodes that are not tasks: bounds the time for a hostile plan. */
const maxSteps = 100_000;

/** Finds which tasks a graph's arrows lead from and to, passing through nodes that are not tasks. */
export function connectTasks(arrows: readonly Arrow[], tasks: ReadonlyMap<string, number>): Pair[] {
  const targets = groupPairs(arrows);
  const pairs: Pair[] = [];
  let stepsLeft = maxSteps;
  for (const [start, from] of tasks) {
    const seen = new Set<string>();
    const open = [...(targets.get(start) ?? [])];
    for (let id = open.pop(); id !== undefined && stepsLeft > 0; id = open.pop()) {
      stepsLeft -= 1;
      if (seen.has(id)) continue;
      seen.add(id);
      const to = tasks.get(id);
      if (to !== undefined) pairs.push([from, to]);
      else for (const target of targets.get(id) ?? []) open.push(target);
    }
  }
  return pairs;
}

/** The subgraphs of a Mermaid graph and the nodes in them, read one statement after the other. */
export class Subgraphs {
  private readonly members = new Map<string, Set<string>>();
  private readonly open: string[] = [];
  private readonly placed = new Set<string>();

  /** Opens or closes a subgraph if the statement says so. Returns whether it did, or the statement is about layout. */
  consume(statement: string): boolean {
    const [, name, title] = /^\s*subgraph\b\s*(?:"([^"]*)"|([^[\n]*))/.exec(statement) ?? [];
    const id = (name ?? title)?.trim();
    if (id !== undefined) {
      this.open.push(id);
      if (!this.members.has(id)) this.members.set(id, new Set());
    } else if (/^\s*end\s*$/.test(statement)) this.open.pop();
    else return /^\s*direction\s/.test(statement);
    return true;
  }

  /** Puts a node into the open subgraphs, unless it is in one already. */
  add(node: string): void {
    if (this.open.length === 0 || this.placed.has(node)) return;
    this.placed.add(node);
    for (const id of this.open) this.members.get(id)?.add(node);
  }

  /** Redirects arrows from or to a subgraph through an exit or entry node connected to all of its members. */
  expand(arrows: readonly Arrow[], isTask: (id: string) => boolean): Arrow[] {
    const isGroup = (id: string) => this.members.has(id) && !isTask(id);
    const entryOf = (id: string) => (isGroup(id) ? `${id}\nin` : id);
    const exitOf = (id: string) => (isGroup(id) ? `${id}\nout` : id);
    return [
      ...arrows.map(([from, to]): Arrow => [exitOf(from), entryOf(to)]),
      ...[...this.members].flatMap(([id, members]) =>
        [...members]
          .filter((member) => !isGroup(member))
          .flatMap((member): Arrow[] => [
            [`${id}\nin`, member],
            [member, `${id}\nout`],
          ]),
      ),
    ];
  }
}
