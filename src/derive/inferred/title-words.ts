import type { Dependency } from "../dependency.ts";
import type { TaskEvidence } from "./task-evidence.ts";

const wires =
  /\b(wire|wiring|integrate|integration|connect|hook\s+up|register|registration|compose|assemble|assembly|adopt|adopter|migrate|apply|use|consume)\b/i;
const tests = /\b(tests?|verify|verification|validate|smoke)\b/i;

const isWiring = (title: string): boolean => wires.test(title);
const isTest = (title: string): boolean => tests.test(title) && !isWiring(title);

/** Finds, for a task such as `Wire the parser into the CLI`, earlier tasks that its title names. */
export const findWiring = (tasks: readonly TaskEvidence[]): Dependency[] => findTitleWords(tasks, isWiring);

/** Finds, for a task such as `Tests of the parser`, earlier tasks that its title names. */
export const findTestedTasks = (tasks: readonly TaskEvidence[]): Dependency[] =>
  findTitleWords(tasks, isTest);

/** Finds pairs of tasks whose titles share a rare word, if only the later title has the form. */
function findTitleWords(tasks: readonly TaskEvidence[], isForm: (title: string) => boolean): Dependency[] {
  const words = tasks.map(({ title }) => wordsOf(title));
  const uses = new Map<string, number>();
  for (const word of words.flatMap((set) => [...set])) uses.set(word, (uses.get(word) ?? 0) + 1);
  const maxUses = Math.max(2, tasks.length / 4);
  const others = tasks.filter(({ title }) => !isForm(title));
  return tasks
    .filter(({ title }) => isForm(title))
    .flatMap(({ index: to }) =>
      others.flatMap(({ index: from }): Dependency[] => {
        if (from > to) return [];
        const shared = [...(words[from] ?? [])].filter(
          (word) => words[to]?.has(word) && (uses.get(word) ?? 0) <= maxUses,
        );
        const list = shared.map((word) => `"${word}"`).join(" and ");
        return shared.length > 0 ? [{ from, to, detail: `both titles contain ${list}` }] : [];
      }),
    );
}

const commonWord =
  /^(the|and|for|with|from|into|add|create|write|update|implement|new|test|tests|task|integration|wire|file|files|run|final|support|real|via|its|all|per)$/;

/** The words of a title, in the singular. */
const wordsOf = (title: string): Set<string> =>
  new Set(
    (title.toLowerCase().match(/[a-z][a-z0-9]{2,}/g) ?? [])
      .filter((word) => !commonWord.test(word))
      .map((word) => word.replace(/(?<=...)s$/, "")),
  );
