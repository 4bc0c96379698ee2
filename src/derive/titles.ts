import type { Edge } from "./edge.ts";
import type { TaskFacts } from "./facts.ts";

const wiring = /\b(wire|wiring|integrate|integration|connect|hook\s+up|register|registration|compose|assemble|assembly|adopt|adopter|migrate|apply|use|consume)\b/i;

/** `Wire the parser into the CLI`, `Tests of the parser`: the tasks whose titles share their particular words. */
export function titleEdges(tasks: readonly TaskFacts[]): Edge[] {
  const words = tasks.map(({ title }) => wordsOf(title));
  const count = new Map<string, number>();
  for (const set of words) for (const word of set) count.set(word, (count.get(word) ?? 0) + 1);
  return tasks.flatMap(({ at: to, title }) => {
    const kind = kindOf(title);
    if (!kind) return [];
    return words.slice(0, to).flatMap((earlier, from): Edge[] => {
      if (kindOf(tasks[from]?.title ?? "") === kind) return [];
      const shared = [...earlier].filter((word) => words[to]?.has(word) && (count.get(word) ?? 0) <= Math.max(2, tasks.length / 4));
      return shared.length > 0 ? [{ from, to, kind, detail: `"${title}" is about "${shared.join(" ")}"` }] : [];
    });
  });
}

const kindOf = (title: string) =>
  wiring.test(title) ? "wiring" : topts.testing.test(title) ? "test-of" : undefined;

const dull = /^(the|and|for|with|from|into|add|create|write|update|implement|new|test|tests|task|integration|wire|file|files|run|final|support|real|via|its|all|per)$/;

const wordsOf = (title: string): Set<string> =>
  new Set((title.toLowerCase().match(/[a-z][a-z0-9]{2,}/g) ?? []).filter((word) => !dull.test(word)).map((word) => word.replace(/(?<=...)s$/, "")));

/** Titles that share two particular words, or one that no third title has. */
export function overlapEdges(tasks: readonly TaskFacts[], least: number): Edge[] {
  const words = tasks.map(({ title }) => wordsOf(title));
  const count = new Map<string, number>();
  for (const set of words) for (const word of set) count.set(word, (count.get(word) ?? 0) + 1);
  return tasks.flatMap(({ at: to }) =>
    words.slice(0, to).flatMap((earlier, from): Edge[] => {
      const shared = [...earlier].filter((word) => words[to]?.has(word) && (count.get(word) ?? 0) <= Math.max(2, tasks.length / 4));
      const all = new Set([...earlier, ...(words[to] ?? [])]).size;
      return shared.length >= least && shared.length / all < 0.4 ? [{ from, to, kind: "wiring", detail: `titles share ${shared.join(" ")}` }] : [];
    }),
  );
}
export const topts = { testing: /\b(tests?|benchmarks?|verify|verification|validate|smoke|run)\b/i };
