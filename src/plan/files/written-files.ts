import { isOutside } from "./file-names.ts";
import type { UsedFile } from "./paths-in-line.ts";

/**
 * The files that a task writes, for its manifest: those of its `Files:`, and what else it commits or says in a step
 * that it writes. A task that writes nothing has the files that it reads. What lies outside of the project is left
 * out: no other task of a run is kept from it.
 */
export function writtenFiles(
  uses: readonly UsedFile[],
  committed: readonly string[],
  inSteps: readonly string[],
): string[] {
  const writes = uses.filter(({ use }) => use !== "read").map(({ path }) => path);
  const isAll = writes.length + committed.length === 0;
  const steps = inSteps.filter((path) => isAll || isWhole.test(path)).map((path) => placed(path, writes));
  const files: string[] = [];
  for (const path of [...writes, ...committed, ...steps]) {
    if (isClaim(path) && !files.some((known) => isSame(known, path) || isIn(known, path))) files.push(path);
  }
  return files.length > 0 ? files : [...new Set(uses.map(({ path }) => path))].filter(isClaim);
}

/** What a step names beside other files is told from a directory of theirs, unless it has one or is the project's. */
const isWhole = /\/|^(?:README|CHANGELOG)\.md$/;

/** Steps of a task that writes one whole directory tell their paths from there, unless they start as it does. */
function placed(path: string, writes: readonly string[]): string {
  const [directory = "", another] = writes;
  const start = directory.slice(0, directory.indexOf("/") + 1);
  return directory.endsWith("/") && another === undefined && !path.startsWith(start)
    ? `${directory}${path}`
    : path;
}

const isClaim = (path: string): boolean => !isOutside(path) && !isPlaceholder.test(path);

/** Keeps an empty directory, or has a name that is yet to be given: `YYYYMMDD_add.sql`, `xxxx_add.py`. */
const isPlaceholder = /(^|\/)(\.(git)?keep|[^/]*(YYYY|x{4}|N{4})[^/]*)$/;

/** A directory holds all below it. */
const isIn = (directory: string, path: string): boolean =>
  directory.endsWith("/") && path.startsWith(directory);

/** One is the other seen from a directory above. */
const isSame = (a: string, b: string): boolean => a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
