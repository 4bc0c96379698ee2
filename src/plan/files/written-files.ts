import { isOutside } from "./file-names.ts";
import type { UsedFile } from "./paths-in-line.ts";

/**
 * Returns the files that a task writes, for its manifest: those of its `Files:`, and others that it commits or writes in
 * a step. A task that writes nothing gets the files that it reads. Paths outside the project are left out: file locks
 * do not cover them.
 */
export function writtenFiles(
  uses: readonly UsedFile[],
  committed: readonly string[],
  inSteps: readonly string[],
): string[] {
  const writes = uses.filter(({ use }) => use !== "read").map(({ path }) => path);
  const isAll = writes.length + committed.length === 0;
  const steps = inSteps.filter((path) => isAll || isWhole.test(path)).map((path) => placed(path, writes));
  const files = withoutRepetitions([...writes, ...committed, ...steps].filter(isClaim));
  return files.length > 0 ? files : [...new Set(uses.map(({ path }) => path))].filter(isClaim);
}

/** A name in a step is relative to a directory of the other files, unless it has one or is the project's own. */
const isWhole = /\/|^(?:README|CHANGELOG)\.md$/;

/** If a task writes one whole directory, paths in its steps are relative to it, unless they start like it. */
function placed(path: string, writes: readonly string[]): string {
  const [directory = "", another] = writes;
  const start = directory.slice(0, directory.indexOf("/") + 1);
  return directory.endsWith("/") && another === undefined && !path.startsWith(start)
    ? `${directory}${path}`
    : path;
}

const isClaim = (path: string): boolean => !isOutside(path) && !isPlaceholder.test(path);

/** A file that keeps an empty directory, or one whose name is a placeholder: `YYYYMMDD_add.sql`, `xxxx_add.py`. */
const isPlaceholder = /(^|\/)(\.(git)?keep|[^/]*(YYYY|x{4}|N{4})[^/]*)$/;

/** Leaves out paths that repeat an earlier one, as seen from a parent directory too, or lie in an earlier directory. */
function withoutRepetitions(paths: readonly string[]): string[] {
  const kept = new Set<string>();
  /** What remains of the kept paths when they are seen from directories in them. */
  const ends = new Set<string>();
  return paths.filter((path) => {
    const slashes = [...path.matchAll(/\//g)].map(({ index }) => index + 1);
    const isKnown =
      kept.has(path) ||
      ends.has(path) ||
      slashes.some((at) => kept.has(path.slice(at)) || kept.has(path.slice(0, at)));
    if (isKnown) return false;
    kept.add(path);
    for (const at of slashes) ends.add(path.slice(at));
    return true;
  });
}
