import type { References } from "./references.ts";

/** A named group of tasks, in the order in which the plan has them run. */
export interface Wave {
  readonly name: string;
  readonly tasks: readonly number[];
}

const line = /^\W*((?:wave|phase|stage|batch|round|step|group)\s+(?:\d+|[A-Z])\b[^:]*):\**\s*(.*)$/gim;

/** `**Wave 2 (after Wave 1):** Tasks 3, 5`, line for line; none unless every task stands in one, and only one. */
export function wavesIn(text: string, count: number, references: References): Wave[] | undefined {
  const waves = [...text.matchAll(line)].flatMap(([, head = "", rest = ""]): Wave[] => {
    const tasks = references.named(rest.replace(/\([^)]*\)/g, " "));
    return tasks.length > 0 ? [{ name: head.replace(/[*`]/g, "").replace(/\s*\([^)]*\)/g, "").trim(), tasks }] : [];
  });
  const all = waves.flatMap(({ tasks }) => tasks);
  return waves.length > 1 && all.length === count && new Set(all).size === count ? waves : undefined;
}
