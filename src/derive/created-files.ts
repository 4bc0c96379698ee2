import type { Edge } from "./edge.ts";
import type { TaskFacts } from "./facts.ts";

/** Names that many directories hold, and so tell no file on their own. */
const common = /^(index|main|mod|lib|init|__init__|setup|conftest|package|plugin|config|README|CLAUDE|AGENTS|CHANGELOG|LICENSE|SKILL|Makefile|Dockerfile|go|Cargo|pyproject|tsconfig)\b/i;

/** A file that one task creates, and a later one modifies or names. */
export function createdFileEdges(tasks: readonly TaskFacts[]): Edge[] {
  const owners = new Map<string, Set<string>>();
  for (const path of tasks.flatMap(({ writes }) => [...writes])) {
    for (const tail of tailsOf(path)) owners.set(tail, (owners.get(tail) ?? new Set()).add(path));
  }
  return tasks.flatMap(({ at: from, creates }) =>
    [...creates].flatMap((path) => {
      const base = path.slice(path.lastIndexOf("/") + 1);
      const tails = tailsOf(path).filter(
        (tail) => (tail.includes("/") || !common.test(base)) && (owners.get(tail)?.size ?? 1) === 1,
      );
      return tasks.flatMap((later): Edge[] => {
        if (later.at <= from || later.creates.has(path)) return [];
        if (later.writes.has(path)) {
          return [{ from, to: later.at, kind: "created-file", detail: `writes \`${path}\`, which it creates` }];
        }
        const tail = tails.find((tail) => later.paths.has(tail));
        return tail ? [{ from, to: later.at, kind: "created-file", detail: `names \`${tail}\`, which it creates` }] : [];
      });
    }),
  );
}

/** A path and each of its ends behind a slash, longest first. */
const tailsOf = (path: string): string[] => {
  const parts = path.split("/");
  return parts.map((_, at) => parts.slice(at).join("/"));
};

/** A directory of code that one task is the first to write in, and that a later one names. */
export function createdDirectoryEdges(tasks: readonly TaskFacts[]): Edge[] {
  const owner = new Map<string, number>();
  const all = tasks.flatMap(({ writes }) => [...writes]);
  for (const { at, creates, writes } of tasks) {
    for (const path of creates) {
      const directory = path.slice(0, path.lastIndexOf("/"));
      if (directory.split("/").length > 1 && !owner.has(directory) && !all.some((other) => other.startsWith(`${directory}/`) && !creates.has(other) && tasks.slice(0, at).some((t) => t.writes.has(other)))) owner.set(directory, at);
    }
    for (const path of writes) if (!creates.has(path)) { const d = path.slice(0, path.lastIndexOf("/")); if (!owner.has(d)) owner.set(d, -1); }
  }
  return [...owner].flatMap(([directory, from]) => {
    if (from < 0) return [];
    const tail = directory.split("/").slice(-2).join("/");
    return tasks.flatMap((later): Edge[] => {
      const inside = [...later.writes].some((path) => path.startsWith(`${directory}/`));
      const is = later.at > from && !inside && (later.paths.has(tail) || later.paths.has(`${tail}/`));
      return is ? [{ from, to: later.at, kind: "created-file", detail: `names \`${tail}/\`, in which it creates the first files` }] : [];
    });
  });
}
