import type { PlanCode } from "../../../schemas/plan.ts";
import { connectTasks, Subgraphs } from "./mermaid-nodes.ts";
import type { References } from "./references.ts";
import type { Graph } from "./sequences.ts";

/** Longer statements are skipped: bounds the time for a hostile plan. */
const maxCharacters = 1000;

const header = /^[ \t]*(?:graph|flowchart)(?:[ \t]+(?:TB|TD|BT|LR|RL))?[ \t]*(?:;|\r?$)/m;
/** `T1`, `A["Task 1: Alpha"]`, `B(Beta):::done`. */
const node =
  /\s*(\w+(?:[.-]\w+)*)(\[(?:"[^"]*"|[^\]"])*\]+|\((?:"[^"]*"|[^)"])*\)+|\{(?:"[^"]*"|[^}"])*\}+)?(?::::\w+)?\s*/y;
/** `-->`, `---`, `-.->`, `==>`, `-- text -->`, `-->|text|`. */
const link =
  /(<?)(?:(?:--|==|-\.)\s[^|]*?\s(?:-{2,}|={2,}|\.+-)|-{2,}|={2,}|-\.+-?)([>xo](?=[\s|\w])|>)?(?:\s*\|[^|]*\|)?/y;

/** Whether a block holds a Mermaid graph or flowchart; other diagrams say nothing about an order. */
export const isMermaid = ({ text }: PlanCode): boolean => header.test(text);

/** Reads a Mermaid graph whose nodes name tasks, in their labels or by ids such as `T1`. Empty for fewer than two. */
export function readMermaidGraph({ text }: PlanCode, references: References): Graph {
  const tasks = new Map<string, number>();
  const arrows: [from: string, to: string][] = [];
  const subgraphs = new Subgraphs();
  for (const statement of statementsOf(text)) {
    if (subgraphs.consume(statement)) continue;
    const chain = readChain(statement);
    for (const arrow of chain.arrows) arrows.push(arrow);
    for (const { id, label } of chain.nodes) {
      subgraphs.add(id);
      const [task] = references.tasksIn(label);
      if (task !== undefined) tasks.set(id, task);
    }
    for (const { id } of chain.nodes) {
      const [, number = id] = /^(?:task|T)[-_]?(\d.*)$/i.exec(id) ?? [];
      const [task] = references.tasksInField(`Task ${number}`);
      if (task !== undefined && !tasks.has(id)) tasks.set(id, task);
    }
  }
  const drawn = new Set(tasks.values());
  if (drawn.size < 2) return { pairs: [], drawn: new Set() };
  const expanded = subgraphs.expand(arrows, (id) => tasks.has(id));
  return { pairs: connectTasks(expanded, tasks).filter(([from, to]) => from !== to), drawn };
}

const statementsOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .filter((line) => line.length <= maxCharacters && !line.trim().startsWith("%%"))
    .flatMap((line) => line.match(/(?:"[^"]*"|[^;"])+/g) ?? []);

/** Reads a statement such as `A & B --> C --> D`. Lines without a head, or with two, are not arrows. */
function readChain(statement: string) {
  const nodes: { id: string; label: string }[] = [];
  const arrows: [from: string, to: string][] = [];
  let position = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = position;
    const found = pattern.exec(statement);
    if (found) position = pattern.lastIndex;
    return found;
  };
  let sources: string[] = [];
  for (;;) {
    const group: string[] = [];
    do {
      const [, id, label = ""] = take(node) ?? [];
      if (id === undefined) break;
      nodes.push({ id, label });
      group.push(id);
    } while (take(/&/y));
    for (const from of sources) for (const to of group) arrows.push([from, to]);
    const [line, tail, head] = take(link) ?? [];
    if (line === undefined) return { nodes, arrows };
    sources = head === ">" && tail === "" ? group : [];
  }
}
