import { realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { readProcess } from "../process/spawn.ts";

/** How long git may take, in milliseconds; a tree that is larger than that is done without. */
const patienceMs = 30_000;

/** A git working tree at one moment, as far as it differs from its last commit. */
export interface WorkingTree {
  /** The directory that paths are told from. */
  readonly from: string;
  readonly root: string;
  /** The last commit; nothing before the first one. */
  readonly head: string | undefined;
  /** Files that differ from it, new ones too, by their path from the root: what tells one state from another. */
  readonly dirty: ReadonlyMap<string, string>;
}

/**
 * The working tree that a directory is in; nothing where it is in none, or git does not answer. `root` is that of an
 * earlier look, which saves asking for it.
 */
export async function workingTree(directory: string, root?: string): Promise<WorkingTree | undefined> {
  const top = root ?? (await git(directory, ["rev-parse", "--show-toplevel"]))?.replace(/\n$/, "");
  if (top === undefined) return undefined;
  const flags = ["--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all"];
  const status = await git(directory, ["status", ...flags, "--ignore-submodules=none"]);
  if (status === undefined) return undefined;
  const lines = status.split("\0");
  const head = lines.flatMap((line) => /^# branch\.oid ([\da-f]+)$/.exec(line)?.[1] ?? [])[0];
  const dirty = await Promise.all(
    lines
      .flatMap(pathIn)
      .map(async (path): Promise<[string, string]> => [path, await stateOf(join(top, path))]),
  );
  return { from: await realpath(directory), root: top, head, dirty: new Map(dirty) };
}

/** The path at the end of a line of the status, behind as many fields as its kind has. */
function pathIn(line: string): string[] {
  const fields = { "1": 8, u: 10, "?": 1 }[line[0] ?? ""];
  return fields === undefined ? [] : [line.split(" ").slice(fields).join(" ")];
}

/** Size and times of a file: enough to tell that somebody has written it in between. */
async function stateOf(path: string): Promise<string> {
  const facts = await stat(path, { bigint: true }).catch(() => undefined);
  return facts ? `${facts.size} ${facts.mtimeNs} ${facts.ino} ${facts.mode}` : "gone";
}

/** The files that differ between two moments, committed since or not, told from the directory of the first; sorted. */
export async function filesChanged(before: WorkingTree, after: WorkingTree): Promise<string[]> {
  const paths = new Set<string>();
  for (const [path, state] of after.dirty) if (before.dirty.get(path) !== state) paths.add(path);
  for (const path of before.dirty.keys()) if (!after.dirty.has(path)) paths.add(path);
  if (after.head !== before.head && after.head !== undefined) {
    const base = before.head ?? (await emptyTree(after.root));
    const range = base === undefined ? [] : [base, after.head];
    const committed = await git(after.root, ["diff", "--name-only", "-z", "--no-renames", ...range]);
    for (const path of committed?.split("\0") ?? []) if (path !== "") paths.add(path);
  }
  return [...paths].map((path) => relative(before.from, join(before.root, path))).sort();
}

const emptyTree = async (directory: string): Promise<string | undefined> =>
  (await git(directory, ["hash-object", "-t", "tree", "/dev/null"]))?.trim();

async function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
  // Those of a hook that we may run in would lead elsewhere; a lock of ours could make an agent's commit fail.
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...env } = process.env;
  const { exitCode, stdout } = await readProcess(["git", ...args], {
    cwd,
    env: { ...env, GIT_OPTIONAL_LOCKS: "0" },
    timeoutMs: patienceMs,
  });
  return exitCode === 0 ? stdout : undefined;
}

/** What the git on PATH calls its version; nothing where there is none that runs in a directory. */
export const gitVersion = async (directory: string): Promise<string | undefined> =>
  (await git(directory, ["--version"]))?.trim().replace(/^git version /, "");
