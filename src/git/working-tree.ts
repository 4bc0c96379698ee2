import { realpath, stat } from "node:fs/promises";
import { delimiter, join, relative } from "node:path";
import { foldersOn } from "../process/search-path.ts";
import { readProcess } from "../process/spawn.ts";
import { shortageIn } from "../text/shortage.ts";

/** How long git may take, in milliseconds. A tree that takes longer counts as none. */
const patienceMs = 30_000;

/** A snapshot of a git working tree, as far as it differs from its last commit. */
export interface WorkingTree {
  /** The directory that paths are relative to. */
  readonly from: string;
  readonly root: string;
  /** The last commit; undefined before the first one. */
  readonly head: string | undefined;
  /** The files that differ from it, including new ones: by path from the root, a text that differs for each state. */
  readonly dirty: ReadonlyMap<string, string>;
  /** The submodules that differ from it, by path from the root. */
  readonly submodules: ReadonlyMap<string, Submodule>;
}

interface Submodule {
  /** The commit of it that the last commit of the tree names. */
  readonly recorded: string;
  readonly tree: WorkingTree;
}

/**
 * Takes a snapshot of the working tree that contains a directory. Resolves with undefined if there is none, or git does
 * not answer. `root` is the root from an earlier snapshot, which saves one call of git.
 */
export async function workingTree(directory: string, root?: string): Promise<WorkingTree | undefined> {
  const top = root ?? (await readGit(directory, ["rev-parse", "--show-toplevel"]))?.replace(/\n$/, "");
  if (top === undefined) return undefined;
  const flags = ["--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all"];
  const status = await readGit(directory, ["status", ...flags, "--ignore-submodules=none"]);
  if (status === undefined) return undefined;
  const lines = status.split("\0");
  const head = lines.flatMap((line) => /^# branch\.oid ([\da-f]+)$/.exec(line)?.[1] ?? [])[0];
  const submodules = new Map<string, Submodule>();
  for (const [path, recorded] of lines.flatMap(submoduleIn)) {
    const tree = await workingTree(join(top, path), join(top, path));
    if (tree) submodules.set(path, { recorded, tree });
  }
  const dirty = await Promise.all(
    lines
      .flatMap(pathIn)
      .filter((path) => !submodules.has(path))
      .map(async (path): Promise<[string, string]> => [path, await stateOf(join(top, path))]),
  );
  return { from: await realpath(directory), root: top, head, dirty: new Map(dirty), submodules };
}

/** The path of a changed submodule, and the commit of it that the last commit names. A new one counts as a file. */
function submoduleIn(line: string): [path: string, recorded: string][] {
  const [, recorded = "", path = ""] = /^1 .. S\S+ \d+ \d+ \d+ ([\da-f]+) [\da-f]+ (.+)$/s.exec(line) ?? [];
  return path === "" || /^0*$/.test(recorded) ? [] : [[path, recorded]];
}

/** The path at the end of a line of the status, after the fields of that kind of line. */
function pathIn(line: string): string[] {
  const fields = { "1": 8, u: 10, "?": 1 }[line[0] ?? ""];
  return fields === undefined ? [] : [line.split(" ").slice(fields).join(" ")];
}

/** The size and times of a file: enough to see that it was written in between. */
async function stateOf(path: string): Promise<string> {
  const facts = await stat(path, { bigint: true }).catch(() => undefined);
  return facts ? `${facts.size} ${facts.mtimeNs} ${facts.ino} ${facts.mode}` : "gone";
}

/**
 * The files that differ between two snapshots, committed since or not, as sorted paths from the directory of the first.
 * What only `others`' commits have changed is left out.
 */
export async function filesChanged(
  before: WorkingTree,
  after: WorkingTree,
  others: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const paths = new Set<string>();
  for (const [path, state] of after.dirty) if (before.dirty.get(path) !== state) paths.add(path);
  for (const path of before.dirty.keys()) if (!after.dirty.has(path)) paths.add(path);
  for (const path of new Set([...before.submodules.keys(), ...after.submodules.keys()])) {
    for (const file of await filesInSubmodule(before, after, path)) paths.add(file);
  }
  if (after.head !== before.head && after.head !== undefined) {
    const ours =
      others.size > 0 ? await filesInCommits(before, after, (commit) => !others.has(commit)) : undefined;
    const base = before.head ?? (await emptyTree(after.root));
    const range = base === undefined ? [] : [base, after.head];
    for (const { path, files } of await filesBetween(after.root, range)) {
      if (ours?.has(path) ?? true) for (const file of files) paths.add(file);
    }
  }
  return [...paths].map((path) => fromDirectory(before, path)).sort();
}

/** The files of a submodule that differ between two snapshots, from the root of the tree. */
async function filesInSubmodule(before: WorkingTree, after: WorkingTree, path: string): Promise<string[]> {
  const root = join(after.root, path);
  const [then, now] = [before.submodules.get(path), after.submodules.get(path)];
  const clean = { from: root, root, dirty: new Map(), submodules: new Map() };
  const old = then?.tree ?? { ...clean, head: now?.recorded };
  const next = now?.tree ?? (await workingTree(root, root));
  const files = next ? await filesChanged({ ...old, from: root }, next) : [];
  return files.map((file) => join(path, file));
}

/** The paths that differ between commits, each with its files: itself, or those of a submodule. */
async function filesBetween(
  root: string,
  range: readonly string[],
): Promise<{ readonly path: string; readonly files: readonly string[] }[]> {
  const fields = (
    await readGit(root, ["diff", "--raw", "-z", "--no-abbrev", "--no-renames", ...range])
  )?.split("\0");
  const found: { path: string; files: readonly string[] }[] = [];
  for (let at = 0; fields && at + 1 < fields.length; at += 2) {
    const [facts = "", path = ""] = [fields[at], fields[at + 1]];
    const [, from, to] = /^:160000 160000 ([\da-f]+) ([\da-f]+) /.exec(facts) ?? [];
    const inside = from && to ? await filesBetween(join(root, path), [from, to]) : [];
    const files = inside.flatMap((one) => one.files).map((file) => join(path, file));
    found.push({ path, files: files.length > 0 ? files : [path] });
  }
  return found;
}

/** The files in the commits between two snapshots that are among `own`, from the directory of the first. */
export async function filesCommitted(
  before: WorkingTree,
  after: WorkingTree,
  own: readonly string[],
): Promise<ReadonlySet<string>> {
  const files = own.length > 0 ? await filesInCommits(before, after, (commit) => own.includes(commit)) : [];
  return new Set([...(files ?? [])].map((path) => fromDirectory(before, path)));
}

const fromDirectory = ({ from, root }: WorkingTree, path: string): string => relative(from, join(root, path));

/** The files, from the root, in those commits between two snapshots that are meant. Undefined if git does not tell. */
async function filesInCommits(
  before: WorkingTree,
  after: WorkingTree,
  isMeant: (commit: string) => boolean,
): Promise<ReadonlySet<string> | undefined> {
  const range = before.head ? `${before.head}..${after.head}` : `${after.head}`;
  // Each commit as its id alone between two NULs, then its files.
  const flags = ["--format=%x00%H%x00", "--name-only", "-z", "--no-renames", "-m", "--first-parent"];
  const log = await readGit(after.root, ["log", ...flags, range]);
  if (log === undefined) return undefined;
  const files = new Set<string>();
  let counts = false;
  for (const part of log.split("\0")) {
    if (/^\n?[\da-f]{40,64}$/.test(part)) counts = isMeant(part.trim());
    else if (counts && part.trim() !== "") files.add(part.replace(/^\n/, ""));
  }
  return files;
}

const emptyTree = async (directory: string): Promise<string | undefined> =>
  (await readGit(directory, ["hash-object", "-t", "tree", "/dev/null"]))?.trim();

/**
 * Runs git in a directory. Resolves with its output; undefined if it fails or takes too long. Throws the system's error
 * if the machine lacks what it takes to start it.
 */
export async function readGit(cwd: string, args: readonly string[]): Promise<string | undefined> {
  // If we run in a hook, its variables point elsewhere. Without optional locks, no commit of an agent can fail on ours.
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...env } = process.env;
  const { exitCode, stdout, error } = await readProcess(["git", ...args], {
    cwd,
    env: { ...env, PATH: foldersOn(env.PATH).join(delimiter), GIT_OPTIONAL_LOCKS: "0" },
    timeoutMs: patienceMs,
  });
  // It says nothing about the tree.
  if (shortageIn(error) !== undefined) throw error;
  return exitCode === 0 ? stdout : undefined;
}

/** The version of the git on PATH. Resolves with undefined if none runs in a directory. */
export const gitVersion = async (directory: string): Promise<string | undefined> =>
  (await readGit(directory, ["--version"]))?.trim().replace(/^git version /, "");
