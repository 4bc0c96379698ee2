import type { Dependency } from "../dependency.ts";
import type { TaskEvidence } from "./task-evidence.ts";

const scaffolding =
  /\b(scaffold(?:ing)?|skeleton|bootstrap|set\s?up|initiali[sz]e|(?:project|directory|plugin) structure|foundation|dependenc(?:y|ies))\b/i;
const prerequisite = /\bpre-?requisites?\b|\bblocks (?:all|everything)\b/i;

/** Finds tasks that set up a directory, for later ones that write in it, and prerequisites of all later tasks. */
export function findScaffolding(tasks: readonly TaskEvidence[]): Dependency[] {
  return tasks.flatMap(({ index: from, title, creates, writes }) => {
    const later = tasks.slice(from + 1);
    if (prerequisite.test(title)) {
      const detail = `"${title}" is a prerequisite of all later tasks`;
      return later.map(({ index: to }) => ({ from, to, detail }));
    }
    if (!scaffolding.test(title)) return [];
    const root = projectRoot([...writes]) || commonDirectory([...creates]);
    const detail = `"${title}" sets up \`${root}/\`, where this task writes`;
    return later
      .filter((task) => root && [...task.writes].some((path) => path.startsWith(`${root}/`)))
      .map(({ index: to }) => ({ from, to, detail }));
  });
}

const projectFile =
  /^(.*?)\/(?:\.claude-plugin\/)?(?:package\.json|go\.mod|Cargo\.toml|pyproject\.toml|plugin\.json)$/;

/** The directory of the project file nearest to the top. */
const projectRoot = (paths: readonly string[]): string =>
  paths.flatMap((path) => projectFile.exec(path)?.[1] || []).sort((a, b) => a.length - b.length)[0] ?? "";

function commonDirectory(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split("/").slice(0, -1));
  const end = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return first.slice(0, end < 0 ? undefined : end).join("/");
}

/** Puts all tasks after the plan's first one if that creates files: authors begin with what the rest is built on. */
export const findFirstTask = ([first, ...others]: readonly TaskEvidence[]): Dependency[] =>
  others
    .filter(() => first !== undefined && first.creates.size > 0)
    .map(({ index: to }) => ({
      from: 0,
      to,
      detail: "no other evidence; the plan's first task creates files",
    }));
