import type { Dependency } from "../dependency.ts";
import { groupPairs } from "../group-pairs.ts";
import { type TaskEvidence, tailsOf } from "./task-evidence.ts";

/** Names of files in many directories, which identify none without a directory. */
const commonName =
  /^(index|main|mod|lib|init|__init__|setup|conftest|package|plugin|config|README|CLAUDE|AGENTS|CHANGELOG|LICENSE|SKILL|Makefile|Dockerfile|go|Cargo|pyproject|tsconfig)\b/i;

/** Finds files that one task creates and a later one writes or names. */
export function findCreatedFiles(tasks: readonly TaskEvidence[]): Dependency[] {
  const written = new Set(tasks.flatMap(({ writes }) => [...writes]));
  const pathsByTail = groupPairs(
    [...written].flatMap((path) => tailsOf(path).map((tail) => [tail, path] as const)),
  );
  const tasksByPath = groupPairs(
    tasks.flatMap(({ index, writes, paths }) =>
      [...new Set([...writes, ...paths])].map((path) => [path, index] as const),
    ),
  );
  return tasks.flatMap(({ index: from, creates }) =>
    [...creates].flatMap((path) => {
      const isCommon = commonName.test(path.slice(path.lastIndexOf("/") + 1));
      const tails = tailsOf(path).filter(
        (tail) => (tail.includes("/") || !isCommon) && (pathsByTail.get(tail)?.length ?? 1) === 1,
      );
      const users = new Set([path, ...tails].flatMap((name) => tasksByPath.get(name) ?? []));
      const later = [...users].filter((to) => to > from).sort((a, b) => a - b);
      return later.flatMap((to): Dependency[] => {
        const user = tasks[to];
        if (!user || user.creates.has(path)) return [];
        if (user.writes.has(path))
          return [{ from, to, detail: `creates \`${path}\`, which this task writes` }];
        const tail = tails.find((name) => user.paths.has(name));
        return tail ? [{ from, to, detail: `creates \`${tail}\`, which this task names` }] : [];
      });
    }),
  );
}
