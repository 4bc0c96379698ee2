import type { Edge } from "../edge.ts";
import type { TaskFacts } from "./task-evidence.ts";

/** `Produces:` of one task against `Consumes:` of a later one: names in code that stand in both. */
export function interfaceEdges(tasks: readonly TaskFacts[]): Edge[] {
  const producers = new Map<string, number[]>();
  return tasks.flatMap(({ at, task }) => {
    const shared = new Map<number, string>();
    for (const name of namesBehind(task.prose, /consumes|uses|imports|inputs/i))
      for (const from of producers.get(name) ?? []) if (!shared.has(from)) shared.set(from, name);
    for (const name of namesBehind(task.prose, /produces|provides|exports|outputs/i)) {
      const others = producers.get(name);
      if (others) others.push(at);
      else producers.set(name, [at]);
    }
    return [...shared]
      .sort(([a], [b]) => a - b)
      .map(
        ([from, name]): Edge => ({
          from,
          to: at,
          kind: "interface",
          detail: `consumes \`${name}\`, which it produces`,
        }),
      );
  });
}

/** The code behind a label and in the list below, and the names within it. */
function namesBehind(prose: string, label: RegExp): Set<string> {
  const found = new Set<string>();
  let inside = false;
  for (const line of prose.split("\n")) {
    const [, head] = /^\s*(?:[-*+]\s+)?\**([A-Za-z][\w ]*?)\**\s*:/.exec(line) ?? [];
    if (head) inside = label.test(head) && head.length < 20;
    else if (line.trim() === "" || /^#/.test(line)) inside = false;
    if (!inside) continue;
    for (const [, code = ""] of line.matchAll(/`([^`]+)`/g)) {
      found.add(code.trim());
      for (const name of code.match(/[A-Za-z_]\w{3,}/g) ?? []) found.add(name);
    }
  }
  return found;
}
