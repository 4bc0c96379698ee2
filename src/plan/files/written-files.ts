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
  const files: string[] = [];
  for (const path of [...writes, ...committed, ...steps]) {
    if (isClaim(path) && !files.some((known) => isSame(known, path) || isIn(known, path))) files.push(path);
  }
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

/** Whether a path is a directory that contains another. */
const isIn = (directory: string, path: string): boolean =>
  directory.endsWith("/") && path.startsWith(directory);

/** Whether one path is the other as seen from a parent directory. */
const isSame = (a: string, b: string): boolean => a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
