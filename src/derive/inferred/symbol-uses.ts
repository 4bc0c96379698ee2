import type { Dependency } from "../dependency.ts";
import { groupPairs } from "../group-pairs.ts";
import type { TaskEvidence } from "./task-evidence.ts";

/** Finds names that one task defines and a later one uses. Of several tasks that define a name, the first counts. */
export function findSymbolUses(tasks: readonly TaskEvidence[]): Dependency[] {
  const definers = groupPairs(
    tasks.flatMap(({ index, defines }) => [...defines].map((name) => [name, index] as const)),
  );
  return tasks.flatMap(({ index: to, words, defines }) =>
    [...words].flatMap((name) => {
      const [from = to] = defines.has(name) ? [] : (definers.get(name) ?? []);
      return from < to ? [{ from, to, detail: `defines \`${name}\`, which this task uses` }] : [];
    }),
  );
}
