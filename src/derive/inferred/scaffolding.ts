import type { Edge } from "../edge.ts";
import type { TaskFacts } from "./task-evidence.ts";

const scaffolding =
  /\b(scaffold(?:ing)?|skeleton|bootstrap|set\s?up|initiali[sz]e|(?:project|directory|plugin) structure|foundation|dependenc(?:y|ies))\b/i;
const prerequisite = /\bpre-?requisites?\b|\bblocks (?:all|everything)\b/i;

/** A task that lays the ground: those that write below the directory that it opens wait for it, or all that follow. */
export function groundworkEdges(tasks: readonly TaskFacts[]): Edge[] {
  return tasks.flatMap(({ at: from, title, creates, writes }) => {
    const isBeforeAll = prerequisite.test(title);
    if (!isBeforeAll && !scaffolding.test(title)) return [];
    const root = projectRoot([...writes]) || commonDirectory([...creates]);
    return tasks.slice(from + 1).flatMap((later): Edge[] => {
      const edge = { from, to: later.at, kind: "scaffold" } as const;
      if (isBeforeAll) return [{ ...edge, detail: `"${title}" comes before all that follows` }];
      return root && [...later.writes].some((path) => path.startsWith(`${root}/`))
        ? [{ ...edge, detail: `"${title}" lays the ground in \`${root}/\`` }]
        : [];
    });
  });
}

/** The directory of the highest file that makes a directory a project. */
function projectRoot(paths: readonly string[]): string {
  const roots = paths.flatMap((path) => {
    const [, root] =
      /^(.*?)\/(?:\.claude-plugin\/)?(?:package\.json|go\.mod|Cargo\.toml|pyproject\.toml|plugin\.json)$/.exec(
        path,
      ) ?? [];
    return root ? [root] : [];
  });
  return roots.sort((a, b) => a.length - b.length)[0] ?? "";
}

function commonDirectory(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split("/").slice(0, -1));
  const end = first.findIndex((part, at) => others.some((other) => other[at] !== part));
  return first.slice(0, end < 0 ? undefined : end).join("/");
}

/**
 * Tasks for which nothing else tells what they wait for go behind the plan's first one, where that creates files:
 * authors begin with what the rest stands on.
 */
export const firstTaskEdges = (tasks: readonly TaskFacts[], without: (task: number) => boolean): Edge[] =>
  (tasks[0]?.creates.size ?? 0) === 0
    ? []
    : tasks
        .slice(1)
        .filter(({ at }) => without(at))
        .map(({ at: to }) => ({
          from: 0,
          to,
          kind: "first-task",
          detail: "nothing else was found; the plan's first task creates files",
        }));
