import type { Edge } from "../edge.ts";
import type { TaskFacts } from "./task-evidence.ts";

const forms = [
  [
    "wiring",
    /\b(wire|wiring|integrate|integration|connect|hook\s+up|register|registration|compose|assemble|assembly|adopt|adopter|migrate|apply|use|consume)\b/i,
  ],
  ["test-of", /\b(tests?|verify|verification|validate|smoke)\b/i],
] as const;
const formOf = (title: string) => forms.find(([, pattern]) => pattern.test(title))?.[0];

/**
 * `Wire the parser into the CLI`, `Tests of the parser`: such a task waits for those whose titles share a particular
 * word with its own. Two titles of one form are siblings.
 */
export function titleEdges(tasks: readonly TaskFacts[]): Edge[] {
  const words = tasks.map(({ title }) => wordsOf(title));
  const users = new Map<string, number>();
  for (const word of words.flatMap((set) => [...set])) users.set(word, (users.get(word) ?? 0) + 1);
  const most = Math.max(2, tasks.length / 4);
  return tasks.flatMap(({ at: to, title }) => {
    const kind = formOf(title);
    if (!kind) return [];
    return tasks.slice(0, to).flatMap(({ at: from, title: earlier }): Edge[] => {
      if (formOf(earlier) === kind) return [];
      const shared = [...(words[from] ?? [])].filter(
        (word) => words[to]?.has(word) && (users.get(word) ?? 0) <= most,
      );
      return shared.length > 0
        ? [{ from, to, kind, detail: `"${title}" and "${earlier}" are both about "${shared.join(" ")}"` }]
        : [];
    });
  });
}

const dull =
  /^(the|and|for|with|from|into|add|create|write|update|implement|new|test|tests|task|integration|wire|file|files|run|final|support|real|via|its|all|per)$/;

const wordsOf = (title: string): Set<string> =>
  new Set(
    (title.toLowerCase().match(/[a-z][a-z0-9]{2,}/g) ?? [])
      .filter((word) => !dull.test(word))
      .map((word) => word.replace(/(?<=...)s$/, "")),
  );
