import { readdir, readFile, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { findRepository, type Repository } from "../git/repository.ts";
import { UsageError } from "../problem.ts";
import { hashedName } from "../text/hashed-name.ts";
import { isDirectory } from "../text/on-disk.ts";
import { isRunName, type RunPaths, runPaths } from "./run-directory.ts";
import { stateDirectory } from "./state-directory.ts";

/** Where the runs of a project are kept. No folder needs to exist. */
export interface ProjectRecord {
  readonly projectDir: string;
  readonly stateDir: string | undefined;
  /** Folders for new runs, the first that can be written first: in the state directory, then in the git directory. */
  readonly folders: readonly string[];
  /** Further folders that may hold earlier runs: from before the project had a repository, and of version 0.1.0. */
  readonly earlier: readonly string[];
}

export interface RecordOptions {
  /** Names the state directory. Default: this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** The user's `state_dir`. */
  readonly stateDir?: string | undefined;
  /** The name of a folder of the state directory, for a project that was moved since its runs. */
  readonly project?: string | undefined;
}

/**
 * Returns where the runs of a project are kept. A project is identified by the git directory that all its working
 * trees share, else by its real path. Throws UsageError for an unknown `project`.
 */
export async function projectRecord(
  projectDir: string,
  { env = process.env, stateDir: configured, project }: RecordOptions = {},
): Promise<ProjectRecord> {
  const stateDir = stateDirectory(env, configured);
  if (project !== undefined) {
    const folders = [await namedFolder(stateDir, project)];
    return { projectDir, stateDir, folders, earlier: [] };
  }
  const repository = await findRepository(projectDir);
  const real = await realpath(projectDir).catch(() => projectDir);
  const roots = [...new Set(repository ? [real, repository.root] : [real])];
  const inState = (name: string) => (stateDir === undefined ? [] : [join(stateDir, name)]);
  const plain = roots.map(plainName);
  return {
    projectDir,
    stateDir,
    folders: repository
      ? [...inState(repositoryName(repository)), join(repository.commonDir, "interserve")]
      : plain.flatMap(inState),
    earlier: [
      ...(repository ? plain.flatMap(inState) : []),
      ...roots.map((root) => join(root, ".interserve", "runs")),
    ],
  };
}

function repositoryName({ commonDir }: Repository): string {
  const shown = basename(commonDir) === ".git" ? basename(dirname(commonDir)) : basename(commonDir);
  return hashedName(commonDir, shown);
}

/** Finds the folder of a project by its whole name, or by the part before the hash if only one has it. */
async function namedFolder(stateDir: string | undefined, project: string): Promise<string> {
  const names = await projectNames(stateDir);
  const found = names.filter((name) => name === project || name.slice(0, name.lastIndexOf("~")) === project);
  if (stateDir !== undefined && found[0] !== undefined && found.length === 1) return join(stateDir, found[0]);
  const known = found.length > 1 ? found : names;
  throw new UsageError(
    found.length > 1
      ? `${found.length} projects are called ${JSON.stringify(project)}`
      : `there is no project ${JSON.stringify(project)}${stateDir === undefined ? "" : ` in ${stateDir}`}`,
    known.length > 0
      ? `use one of ${known.slice(0, 10).join(", ")}`
      : "nothing is recorded there; check INTERSERVE_STATE_DIR and state_dir",
  );
}

/** The nearest directory above one that has a record as a project without a repository. */
export async function recordedAbove(
  directory: string,
  stateDir: string | undefined,
): Promise<string | undefined> {
  for (let above = dirname(directory); above !== dirname(above); above = dirname(above)) {
    const folders = [
      join(above, ".interserve", "runs"),
      ...(stateDir ? [join(stateDir, plainName(above))] : []),
    ];
    for (const folder of folders) if (await isDirectory(folder)) return above;
  }
  return undefined;
}

/** The name of the folder of a project that has no repository. */
const plainName = (root: string): string => hashedName(root, basename(root));

/** The names of the projects that have a folder in the state directory, sorted. */
export async function projectNames(stateDir: string | undefined): Promise<string[]> {
  const entries = stateDir === undefined ? [] : await entriesOf(stateDir);
  return entries
    .flatMap((entry) => (entry.isDirectory() && entry.name.includes("~") ? [entry.name] : []))
    .sort();
}

/** Lists a project's runs, oldest first. Throws the error of the file system, unless a folder is not there for us. */
export async function listRuns({ folders, earlier }: ProjectRecord): Promise<RunPaths[]> {
  const found: { readonly paths: RunPaths; readonly order: number }[] = [];
  for (const folder of [...folders, ...earlier]) {
    for (const entry of await entriesOf(folder)) {
      if (!entry.isDirectory() || !isRunName(entry.name)) continue;
      const paths = runPaths(join(folder, entry.name));
      const isLegacy = basename(dirname(folder)) === ".interserve";
      // A run has no number until it begins.
      const order = isLegacy ? 0 : ((await sequenceOf(paths)) ?? Number.POSITIVE_INFINITY);
      found.push({ paths, order });
    }
  }
  return found
    .sort((a, b) => compare(a.order, b.order) || compare(a.paths.run, b.paths.run))
    .map(({ paths }) => paths);
}

const compare = <T extends number | string>(a: T, b: T): number => Number(a > b) - Number(a < b);

/** The number of a run among those of its project; undefined if it has none. */
async function sequenceOf({ sequence }: RunPaths): Promise<number | undefined> {
  const number = Number.parseInt(await readFile(sequence, "utf8").catch(() => ""), 10);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Errors of folders that hold no runs for us: missing, a file in their place, or somebody else's. */
const absentCodes: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM"]);

const entriesOf = (folder: string) =>
  readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (absentCodes.has(error.code ?? "")) return [];
    throw error;
  });
