import type { Dependency } from "../dependency.ts";
import { groupPairs } from "../group-pairs.ts";
import type { TaskEvidence } from "./task-evidence.ts";

const consumes = /consumes|uses|imports|inputs/i;
const produces = /produces|provides|exports|outputs/i;

/** Finds names in code that stand behind `Produces:` in one task and behind `Consumes:` in a later one. */
export function findInterfaces(tasks: readonly TaskEvidence[]): Dependency[] {
  const producers = groupPairs(
    tasks.flatMap(({ index, task }) =>
      [...namesBehind(produces, task.prose)].map((name) => [name, index] as const),
    ),
  );
  return tasks.flatMap(({ index: to, task }) =>
    [...namesBehind(consumes, task.prose)]
      .flatMap((name) => (producers.get(name) ?? []).map((from) => ({ from, name })))
      .sort((a, b) => a.from - b.from)
      .map(({ from, name }) => ({ from, to, detail: `produces \`${name}\`, which this task consumes` })),
  );
}

/** Inline code behind a label and in the list below it, and the names within. */
function namesBehind(label: RegExp, prose: string): Set<string> {
  const names = new Set<string>();
  let isInside = false;
  for (const line of prose.split("\n")) {
    const [, head] = /^\s*(?:[-*+]\s+)?\**([A-Za-z][\w ]*?)\**\s*:/.exec(line) ?? [];
    if (head) isInside = label.test(head) && head.length < 20;
    else if (line.trim() === "" || /^#/.test(line)) isInside = false;
    if (!isInside) continue;
    for (const [, code = ""] of line.matchAll(/`([^`]+)`/g)) {
      names.add(code.trim());
      for (const name of code.match(/[A-Za-z_]\w{3,}/g) ?? []) names.add(name);
    }
  }
  return names;
}
