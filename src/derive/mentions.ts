import type { Edge } from "./edge.ts";
import type { TaskFacts } from "./facts.ts";
import type { References } from "./references.ts";

/** Tasks that another one names in its own text: `the store of Task 2`, `before Task 5 starts`. */
export function mentionEdges(tasks: readonly TaskFacts[], references: References): Edge[] {
  return tasks.flatMap(({ at, task }) => {
    const text = [task.title, task.prose, ...task.code.map((code) => code.text)].join("\n");
    return [...text.matchAll(references.pattern())].flatMap((found): Edge[] => {
      const around = text.slice(Math.max(0, found.index - 60), found.index + found[0].length + 60).replace(/\s+/g, " ").trim();
      return references.named(found[0]).flatMap((other): Edge[] => {
        if (other === at) return [];
        const kind = "mention" as const;
        if (other > at && !mopts.forward) return [];
        // A later task that is named uses what this one makes; an earlier one has made what this one uses.
        return [other < at ? { from: other, to: at, kind, detail: around } : { from: at, to: other, kind, detail: around }];
      });
    });
  });
}
export const mopts = { forward: true };
