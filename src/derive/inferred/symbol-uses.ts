import type { Dependency } from "../dependency.ts";
import type { TaskEvidence } from "./task-evidence.ts";

/** Finds names that one task defines and a later one uses. Of several tasks that define a name, the first counts. */
export function findSymbolUses(tasks: readonly TaskEvidence[]): Dependency[] {
  const definers = new Map<string, number>();
  for (const { index, defines } of tasks)
    for (const name of defines) if (!definers.has(name)) definers.set(name, index);
  return tasks.flatMap(({ index: to, words, defines }) => {
    const found = new Map<number, string>();
    for (const name of words) {
      const from = definers.get(name);
      if (from !== undefined && from < to && !defines.has(name) && !found.has(from)) found.set(from, name);
    }
    return [...found].map(([from, name]) => ({
      from,
      to,
      detail: `defines \`${name}\`, which this task uses`,
    }));
  });
}
