import type { Edge } from "../edge.ts";
import { isDenied } from "../stated/negation.ts";
import type { References } from "../stated/references.ts";
import type { TaskFacts } from "./task-evidence.ts";
import { waitsIn } from "./wait-phrases.ts";

/** Characters of text shown on each side of a mention. */
const around = 60;

/** Tasks that another one names in its own text: the earlier has made, or will have made, what the later one needs. */
export function mentionEdges(tasks: readonly TaskFacts[], references: References): Edge[] {
  return tasks.flatMap(({ at, title, task }) => {
    const text = [title, task.prose, ...task.code.map((code) => code.text)].join("\n");
    const waits = waitsIn([title, task.prose].join("\n"), at, references);
    const isWaitedFor = new Set(waits.flatMap((wait) => wait.for));
    const said = waits.flatMap((wait) =>
      wait.for.map((from): Edge => ({ from, to: at, kind: "mention", detail: `"${wait.sentence}"` })),
    );
    const named = [...text.matchAll(references.pattern())].flatMap((found): Edge[] => {
      const end = found.index + found[0].length;
      if (isDenied(text, found.index, end)) return [];
      const detail = text
        .slice(Math.max(0, found.index - around), end + around)
        .replace(/\s+/g, " ")
        .trim();
      return references.named(found[0]).flatMap((other): Edge[] => {
        if (other === at || isWaitedFor.has(other)) return [];
        const [from, to] = other < at ? [other, at] : [at, other];
        return [{ from, to, kind: "mention", detail: `"…${detail}…"` }];
      });
    });
    return [...said, ...named];
  });
}
