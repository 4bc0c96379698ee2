import type { Dependency } from "../dependency.ts";
import { isDenied } from "../stated/negation.ts";
import type { References } from "../stated/references.ts";
import type { TaskEvidence } from "./task-evidence.ts";
import { findWaits } from "./wait-phrases.ts";

/** Characters quoted on each side of a mention. */
const margin = 60;

/** Finds tasks that another one names in its text: of the two, the later needs the work of the earlier. */
export function findMentions(tasks: readonly TaskEvidence[], references: References): Dependency[] {
  return tasks.flatMap(({ index, title, task }) => {
    const waits = findWaits([title, task.prose].join("\n"), index, references);
    const awaited = new Set(waits.flatMap((wait) => wait.tasks));
    const stated = waits.flatMap((wait) =>
      wait.tasks.map((from) => ({ from, to: index, detail: `"${wait.sentence}"` })),
    );
    const text = [title, task.prose, ...task.code.map((code) => code.text)].join("\n");
    const named = [...text.matchAll(references.pattern())].flatMap((found): Dependency[] => {
      const end = found.index + found[0].length;
      if (isDenied(text, found.index, end)) return [];
      const quote = text
        .slice(Math.max(0, found.index - margin), end + margin)
        .replace(/\s+/g, " ")
        .trim();
      return references
        .tasksIn(found[0])
        .filter((other) => other !== index && !awaited.has(other))
        .map((other) => ({
          from: Math.min(other, index),
          to: Math.max(other, index),
          detail: `"…${quote}…"`,
        }));
    });
    return [...stated, ...named];
  });
}
