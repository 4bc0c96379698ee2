import type { Edge } from "../edge.ts";
import type { TaskFacts } from "./task-evidence.ts";

/** A name that one task defines and a later one uses. Of several that define it, the first counts. */
export function symbolEdges(tasks: readonly TaskFacts[]): Edge[] {
  const definer = new Map<string, number>();
  for (const { at, defines } of tasks)
    for (const name of defines) if (!definer.has(name)) definer.set(name, at);
  return tasks.flatMap(({ at: to, words, defines }) => {
    const from = new Map<number, string>();
    for (const name of words) {
      const at = definer.get(name);
      if (at !== undefined && at < to && !defines.has(name) && !from.has(at)) from.set(at, name);
    }
    return [...from].map(
      ([at, name]): Edge => ({ from: at, to, kind: "symbol", detail: `uses \`${name}\`, which it defines` }),
    );
  });
}
