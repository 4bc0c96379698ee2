import type { Edge } from "../edge.ts";
import { type TaskFacts, tailsOf } from "./task-evidence.ts";

/** Names that many directories hold, and that tell no file on their own. */
const common =
  /^(index|main|mod|lib|init|__init__|setup|conftest|package|plugin|config|README|CLAUDE|AGENTS|CHANGELOG|LICENSE|SKILL|Makefile|Dockerfile|go|Cargo|pyproject|tsconfig)\b/i;

/** A file that one task creates, and a later one writes or names. */
export function createdFileEdges(tasks: readonly TaskFacts[]): Edge[] {
  const kind = "created-file" as const;
  const meaning = pathsByTail(tasks);
  const writers = tasksBy(tasks, ({ writes }) => writes);
  const namers = tasksBy(tasks, ({ paths }) => paths);
  return tasks.flatMap(({ at: from, creates }) =>
    [...creates].flatMap((path) => {
      const isCommon = common.test(path.slice(path.lastIndexOf("/") + 1));
      const tails = tailsOf(path).filter(
        (tail) => (tail.includes("/") || !isCommon) && (meaning.get(tail)?.size ?? 1) === 1,
      );
      const users = new Set(
        [path, ...tails].flatMap((one) => [...(writers.get(one) ?? []), ...(namers.get(one) ?? [])]),
      );
      const later = [...users].filter((to) => to > from).sort((a, b) => a - b);
      return later.flatMap((to): Edge[] => {
        const user = tasks[to];
        if (!user || user.creates.has(path)) return [];
        if (user.writes.has(path))
          return [{ from, to, kind, detail: `writes \`${path}\`, which it creates` }];
        const tail = tails.find((one) => user.paths.has(one));
        return tail ? [{ from, to, kind, detail: `names \`${tail}\`, which it creates` }] : [];
      });
    }),
  );
}

function tasksBy(
  tasks: readonly TaskFacts[],
  keys: (task: TaskFacts) => Iterable<string>,
): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const task of tasks) {
    for (const key of keys(task)) {
      const users = found.get(key);
      if (users) users.push(task.at);
      else found.set(key, [task.at]);
    }
  }
  return found;
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
