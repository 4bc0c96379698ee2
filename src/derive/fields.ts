import type { Edge } from "./edge.ts";
import type { TaskFacts } from "./facts.ts";
import type { References } from "./references.ts";

const label =
  /^\s*(?:[-*+]\s+)?\**(?:depends(?:\s+on)?|dependenc(?:y|ies)|blocked\s+by|requires|prerequisites?|needs|after)\**\s*:\**\s*(.*)$/gim;

/**
 * What a task's own `**Depends on:**` says. `said` holds the tasks that have such a field, also one that says none:
 * of them nothing else is guessed.
 */
export function fieldEdges(
  tasks: readonly TaskFacts[],
  references: References,
): { edges: Edge[]; said: Set<number> } {
  const edges: Edge[] = [];
  const said = new Set<number>();
  for (const { at, task } of tasks) {
    if (task.depends) {
      said.add(at);
      for (const id of task.depends) {
        const from = tasks.findIndex((other) => other.task.id === id);
        if (from >= 0 && from !== at) edges.push({ from, to: at, kind: "field", detail: `depends on ${id}` });
      }
    }
    for (const [, value = ""] of task.prose.matchAll(label)) {
      const named = isAll(value)
        ? tasks.map((other) => other.at).filter((other) => other < at)
        : references.inField(value);
      const isNone = /^\W*(none|nothing|no\b|n\/a|independent|[—–-]\s*$)/i.test(value);
      if (named.length === 0 && !isNone) continue;
      said.add(at);
      if (isNone) continue;
      for (const from of named) {
        if (from !== at) edges.push({ from, to: at, kind: "field", detail: value.trim() });
      }
    }
  }
  return { edges, said };
}

/** `all prior tasks`, `everything above`, `all`. */
export const isAll = (text: string): boolean =>
  /\b(all|every)\s+(the\s+)?(prior|previous|preceding|earlier|other|above|of the above)?\s*(tasks?|prior|above|others?)\b|\beverything\b|^\W*all\W*$/i.test(
    text,
  );
