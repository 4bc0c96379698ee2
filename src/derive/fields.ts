import { withoutExceptions } from "./denials.ts";
import type { Edge } from "./edge.ts";
import type { TaskFacts } from "./facts.ts";
import type { References } from "./references.ts";

/** At the start of a line, or in bold within one; up to the next bold label. */
const label =
  /(?:^\s*(?:[-*+]\s+)?[*_]*|[^\S\n][*_]{2})(?:depends(?:\s+on)?|dependenc(?:y|ies)|blocked\s+by|requires|prerequisites?|needs|after)\**\s*:\**[^\S\n]*(.*?)(?=\s*[|·;,.]?\s*\*\*\w[^*\n]{0,40}:\*\*|$)/gim;

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
  const byId = new Map(tasks.map(({ at, task }) => [task.id, at]));
  for (const { at, task } of tasks) {
    if (task.depends) {
      said.add(at);
      for (const id of task.depends) {
        const from = byId.get(id);
        if (from !== undefined && from !== at)
          edges.push({ from, to: at, kind: "field", detail: `depends on ${id}` });
      }
    }
    for (const [, field = ""] of task.prose.matchAll(label)) {
      const value = withoutDenials(field);
      const { kept, left } = withoutExceptions(value);
      const out = new Set(left.flatMap(references.inField));
      const listed = isAll(kept)
        ? tasks.map((other) => other.at).filter((other) => other < at)
        : references.inField(kept);
      const named = listed.filter((other) => !out.has(other));
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

/** Without the sentences behind the first that name a task to say that it is none: `No dependency on task 2`. */
const withoutDenials = (value: string): string =>
  value
    .split(/(?<=[.;])\s+/)
    .filter(
      (part, at) => at === 0 || !/\bno\s+dependenc|\bnot\s+depend|\bindependent\b|\bparallel/i.test(part),
    )
    .join(" ");

/** `all prior tasks`, `everything above`, `all`. */
export const isAll = (text: string): boolean =>
  /\b(all|every)\s+(the\s+)?(prior|previous|preceding|earlier|other|above|of the above)?\s*(tasks?|prior|above|others?)\b|\beverything\b|^\W*all\W*$/i.test(
    text,
  );
