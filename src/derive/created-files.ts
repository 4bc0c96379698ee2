import type { Edge } from "./edge.ts";
import { type TaskFacts, tailsOf } from "./facts.ts";

/** Names that many directories hold, and that tell no file on their own. */
const common =
  /^(index|main|mod|lib|init|__init__|setup|conftest|package|plugin|config|README|CLAUDE|AGENTS|CHANGELOG|LICENSE|SKILL|Makefile|Dockerfile|go|Cargo|pyproject|tsconfig)\b/i;

/** A file that one task creates, and a later one writes or names. */
export function createdFileEdges(tasks: readonly TaskFacts[]): Edge[] {
  const kind = "created-file" as const;
  const meaning = pathsByTail(tasks);
  return tasks.flatMap(({ at: from, creates }) =>
    [...creates].flatMap((path) => {
      const isCommon = common.test(path.slice(path.lastIndexOf("/") + 1));
      const tails = tailsOf(path).filter(
        (tail) => (tail.includes("/") || !isCommon) && (meaning.get(tail)?.size ?? 1) === 1,
      );
      return tasks.slice(from + 1).flatMap(({ at: to, creates, writes, paths }): Edge[] => {
        if (creates.has(path)) return [];
        if (writes.has(path)) return [{ from, to, kind, detail: `writes \`${path}\`, which it creates` }];
        const tail = tails.find((one) => paths.has(one));
        return tail ? [{ from, to, kind, detail: `names \`${tail}\`, which it creates` }] : [];
      });
    }),
  );
}

/** The written paths that each end of a path may mean. */
function pathsByTail(tasks: readonly TaskFacts[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const path of tasks.flatMap(({ writes }) => [...writes])) {
    for (const tail of tailsOf(path)) {
      const paths = found.get(tail);
      if (paths) paths.add(path);
      else found.set(tail, new Set([path]));
    }
  }
  return found;
}
