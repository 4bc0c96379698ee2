import type { UsedFile } from "./task-files.ts";

/**
 * The files that a task writes, for its manifest: those of its `Files:`, and what else it commits or says in a step
 * that it writes. A task that writes nothing has the files that it reads. Files outside the project, under `~`, are
 * left out: no other task of a run is kept from them.
 */
export function writtenFiles(
  uses: readonly UsedFile[],
  committed: readonly string[],
  inSteps: readonly string[],
): string[] {
  const writes = uses.filter(({ use }) => use !== "read").map(({ path }) => path);
  const files: string[] = [];
  for (const path of [...writes, ...committed, ...inSteps.filter((path) => path.includes("/"))]) {
    if (isClaim(path) && !files.some((known) => isSame(known, path))) files.push(path);
  }
  return files.length > 0 ? files : [...new Set(uses.map(({ path }) => path))].filter(isClaim);
}

/** Keeps an empty directory, or has a name that is yet to be given: `YYYYMMDD_add.sql`, `xxxx_add.py`. */
const isPlaceholder = /(^|\/)(\.(git)?keep|[^/]*(YYYY|x{4}|N{4})[^/]*)$/;

const isClaim = (path: string): boolean => isInProject(path) && !isPlaceholder.test(path);

/** Not in a person's home or a hidden directory there. */
const isInProject = (path: string): boolean => !/^(~|\/(home|Users)\/[^/]+\/\.)/.test(path);

/** One is the other seen from a directory above. */
export const isSame = (a: string, b: string): boolean =>
  a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
