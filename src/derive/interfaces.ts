import type { Edge } from "./edge.ts";
import type { TaskFacts } from "./facts.ts";

/** `Produces:` of one task against `Consumes:` of a later one: names in code that stand in both. */
export function interfaceEdges(tasks: readonly TaskFacts[]): Edge[] {
  const produced = tasks.map(({ task }) => namesBehind(task.prose, /produces|provides|exports|outputs/i));
  return tasks.flatMap(({ at, task }) => {
    const consumed = namesBehind(task.prose, /consumes|uses|imports|inputs/i);
    return produced.flatMap((names, from): Edge[] => {
      if (from >= at) return [];
      const shared = [...consumed].find((name) => names.has(name));
      return shared
        ? [{ from, to: at, kind: "interface", detail: `consumes \`${shared}\`, which it produces` }]
        : [];
    });
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
