type Arrow = readonly [from: string, to: string];

/** More steps through nodes that are no tasks are not taken: bounds the time that a hostile plan can take. */
const mostSteps = 100_000;

/** From which task a graph's arrows lead to which, also through nodes that are none. */
export function connected(
  arrows: readonly Arrow[],
  tasks: ReadonlyMap<string, number>,
): [from: number, to: number][] {
  const next = new Map<string, string[]>();
  for (const [from, to] of arrows) {
    const known = next.get(from);
    if (known) known.push(to);
    else next.set(from, [to]);
  }
  const pairs: [from: number, to: number][] = [];
  let left = mostSteps;
  for (const [id, from] of tasks) {
    const seen = new Set<string>();
    const open = [...(next.get(id) ?? [])];
    for (let one = open.pop(); one !== undefined && left > 0; one = open.pop()) {
      left -= 1;
      if (seen.has(one)) continue;
      seen.add(one);
      const to = tasks.get(one);
      if (to === undefined) open.push(...(next.get(one) ?? []));
      else pairs.push([from, to]);
    }
  }
  return pairs;
}

/** The subgraphs of a Mermaid graph, read statement by statement, and what stands in each. */
export class Subgraphs {
  private readonly members = new Map<string, Set<string>>();
  private readonly open: string[] = [];
  private readonly placed = new Set<string>();

  /** Whether a statement opens or closes a subgraph, or says how one is laid out. */
  takes(statement: string): boolean {
    const [, name, title] = /^\s*subgraph\b\s*(?:"([^"]*)"|([^[\n]*))/.exec(statement) ?? [];
    const id = (name ?? title)?.trim();
    if (id !== undefined) {
      this.open.push(id);
      if (!this.members.has(id)) this.members.set(id, new Set());
    } else if (/^\s*end\s*$/.test(statement)) this.open.pop();
    else return /^\s*direction\s/.test(statement);
    return true;
  }

  /** Puts a node into the subgraphs that are open, where it was in none before. */
  add(node: string): void {
    if (this.open.length === 0 || this.placed.has(node)) return;
    this.placed.add(node);
    for (const id of this.open) this.members.get(id)?.add(node);
  }

  /** Arrows in which a subgraph has a way in and a way out, to and from all that stands in it. */
  opened(arrows: readonly Arrow[], isTask: (id: string) => boolean): Arrow[] {
    const isGroup = (id: string) => this.members.has(id) && !isTask(id);
    return [
      ...arrows.map(
        ([from, to]): Arrow => [isGroup(from) ? `${from}\nout` : from, isGroup(to) ? `${to}\nin` : to],
      ),
      ...[...this.members].flatMap(([id, members]) =>
        [...members].flatMap((member): Arrow[] =>
          isGroup(member)
            ? []
            : [
                [`${id}\nin`, member],
                [member, `${id}\nout`],
              ],
        ),
      ),
    ];
  }
}
