import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { exists } from "../text/on-disk.ts";

/** The repository that a directory lies in. Paths are real: without links. */
export interface Repository {
  /** The root of the working tree. */
  readonly root: string;
  /** The git directory that all working trees of the repository share. */
  readonly commonDir: string;
}

/** Finds the repository of a directory from its files, without starting git. Resolves with undefined if there is none. */
export async function findRepository(directory: string): Promise<Repository | undefined> {
  const start = await realpath(directory).catch(() => undefined);
  for (let root = start; root !== undefined; root = parentOf(root)) {
    const gitDir = await gitDirIn(root);
    if (gitDir !== undefined) return { root, commonDir: await commonDirOf(gitDir) };
  }
  return undefined;
}

/**
 * Whether a repository knows of the working tree that names it as its own. Anyone can make a `.git` that points to the git
 * directory of somebody else. Submodules and git directories that were moved elsewhere are not known either.
 */
export async function knowsWorkingTree({ root, commonDir }: Repository): Promise<boolean> {
  if (commonDir === join(root, ".git")) return true;
  const trees = join(commonDir, "worktrees");
  for (const name of await readdir(trees).catch(() => [])) {
    const dotGit = resolve(trees, name, (await textIn(join(trees, name, "gitdir"))).trim());
    if ((await realpath(dirname(dotGit)).catch(() => undefined)) === root) return true;
  }
  return false;
}

const parentOf = (path: string): string | undefined => (dirname(path) === path ? undefined : dirname(path));

/** A linked working tree and a submodule have a file in place of the directory, with a line that names it. */
async function gitDirIn(root: string): Promise<string | undefined> {
  const dotGit = join(root, ".git");
  const named = /^gitdir: (.+)$/m.exec(await textIn(dotGit))?.[1];
  const gitDir = named === undefined ? dotGit : resolve(root, named);
  return (await exists(join(gitDir, "HEAD"))) ? realpath(gitDir) : undefined;
}

/** Only the git directory of a linked working tree has a file that names the one it belongs to. */
async function commonDirOf(gitDir: string): Promise<string> {
  const named = (await textIn(join(gitDir, "commondir"))).trim();
  return named === "" ? gitDir : realpath(resolve(gitDir, named)).catch(() => gitDir);
}

const textIn = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
