import type { PlanCode } from "../../../schemas/plan.ts";
import type { Edge } from "../edge.ts";
import { connected, Subgraphs } from "./mermaid-nodes.ts";
import type { References } from "./references.ts";

/** A longer statement is not read: bounds the time that a hostile plan can take. */
const mostCharacters = 1000;

const header = /^[ \t]*(?:graph|flowchart)(?:[ \t]+(?:TB|TD|BT|LR|RL))?[ \t]*(?:;|\r?$)/m;
/** `T1`, `A["Task 1: Alpha"]`, `B(Beta):::done`. */
const node =
  /\s*(\w+(?:[.-]\w+)*)(\[(?:"[^"]*"|[^\]"])*\]+|\((?:"[^"]*"|[^)"])*\)+|\{(?:"[^"]*"|[^}"])*\}+)?(?::::\w+)?\s*/y;
/** `-->`, `---`, `-.->`, `==>`, `-- text -->`, `-->|text|`. */
const link =
  /(<?)(?:(?:--|==|-\.)\s[^|]*?\s(?:-{2,}|={2,}|\.+-)|-{2,}|={2,}|-\.+-?)([>xo](?=[\s|\w])|>)?(?:\s*\|[^|]*\|)?/y;

/** Mermaid's graphs and flowcharts; its other diagrams tell no order of tasks. */
export const isMermaid = ({ text }: PlanCode): boolean => header.test(text);

/** The edges of a Mermaid graph whose nodes name tasks, in their labels or by ids such as `T1`, and these tasks. */
export function mermaidEdges(code: PlanCode, references: References): { edges: Edge[]; drawn: Set<number> } {
  const tasks = new Map<string, number>();
  const arrows: [from: string, to: string][] = [];
  const groups = new Subgraphs();
  for (const statement of statementsOf(code.text)) {
    if (groups.takes(statement)) continue;
    const { nodes, links } = chainIn(statement);
    for (const { id } of nodes) groups.add(id);
    for (const { id, label } of nodes) {
      const [task] = references.named(label);
      if (task !== undefined) tasks.set(id, task);
    }
    arrows.push(...links);
    for (const { id } of nodes) {
      const [, number = id] = /^(?:task|T)[-_]?(\d.*)$/i.exec(id) ?? [];
      const [task] = references.inField(`Task ${number}`);
      if (task !== undefined && !tasks.has(id)) tasks.set(id, task);
    }
  }
  const isTask = (id: string) => tasks.has(id);
  const edges = connected(groups.opened(arrows, isTask), tasks).flatMap(([from, to]): Edge[] =>
    from === to ? [] : [{ from, to, kind: "graph", detail: "the plan's graph draws it" }],
  );
  const drawn = new Set(tasks.values());
  return drawn.size > 1 ? { edges, drawn } : { edges: [], drawn: new Set() };
}

const statementsOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .filter((line) => line.length <= mostCharacters && !line.trim().startsWith("%%"))
    .flatMap((line) => line.match(/(?:"[^"]*"|[^;"])+/g) ?? []);

/** `A & B --> C --> D`: the nodes in it, and what each arrow leads from and to. */
function chainIn(statement: string) {
  const nodes: { id: string; label: string }[] = [];
  const links: [from: string, to: string][] = [];
  let at = 0;
  let from: string[] = [];
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(statement);
    if (found) at = pattern.lastIndex;
    return found;
  };
  for (let isArrow = false; ; ) {
    const group: string[] = [];
    do {
      const [, id, label = ""] = take(node) ?? [];
      if (id === undefined) break;
      nodes.push({ id, label });
      group.push(id);
    } while (take(/&/y));
    if (isArrow) for (const one of from) links.push(...group.map((to): [string, string] => [one, to]));
    from = group;
    const found = take(link);
    if (!found) return { nodes, links };
    isArrow = found[2] === ">" && found[1] === "";
  }
}
