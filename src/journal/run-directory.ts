import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";

/** Where a run keeps what it leaves: `.interserve/runs/<run>/` in the project directory. */
export interface RunDirectory {
  readonly run: string;
  readonly path: string;
  readonly journal: string;
  /** Held by the process that runs it. */
  readonly lock: string;
  /** Answers that a person has given while it runs, a file each. */
  readonly answers: string;
  readonly hooks: string;
  /** The directory of one attempt of one task; always inside `path`. */
  readonly attempt: (task: string, attempt: number) => string;
}

/** A run's name: its start in UTC, to the second, and four random hex digits. Sorts by time. */
export function newRunName(now: Date): string {
  const stamp = now.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${stamp}-${randomBytes(2).toString("hex")}`;
}

const runsFolder = (projectDir: string): string => join(projectDir, ".interserve", "runs");

/** The names of a project's runs, oldest first; none where there is no such folder. */
export async function runNames(projectDir: string): Promise<string[]> {
  const entries = await readdir(runsFolder(projectDir), { withFileTypes: true }).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries
    .flatMap((entry) => (entry.isDirectory() && isRunName(entry.name) ? [entry.name] : []))
    .sort();
}

/** Names of this form alone are ever looked for: a name from outside can lead nowhere else. */
export const isRunName = (name: string): boolean => /^\d{8}-\d{6}-[0-9a-f]{4}$/.test(name);

/** Makes the directory of a new run. Throws the error of the file system. */
export async function createRunDirectory(
  projectDir: string,
  run: string,
  tasks: readonly string[],
): Promise<RunDirectory> {
  const root = join(projectDir, ".interserve");
  const directory = runDirectory(projectDir, run, tasks);
  await mkdir(join(directory.path, "tasks"), { recursive: true });
  await writeFileAtomic(join(root, ".gitignore"), "*\n");
  return directory;
}

export function runDirectory(projectDir: string, run: string, tasks: readonly string[]): RunDirectory {
  const path = join(runsFolder(projectDir), run);
  const folders = taskFolders(tasks);
  return {
    run,
    path,
    journal: join(path, "journal.jsonl"),
    lock: join(path, "lock"),
    answers: join(path, "answers"),
    hooks: join(path, "hooks"),
    attempt: (task, attempt) => join(path, "tasks", folders.get(task) ?? hashed(task), String(attempt)),
  };
}

/**
 * The folder of each task: its id where that is a plain name that differs from every other even where case is not
 * told apart, else what is plain in it and a hash. So no id can name a place outside, or another task's.
 */
export function taskFolders(tasks: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Map<string, number>();
  for (const id of tasks) taken.set(id.toLowerCase(), (taken.get(id.toLowerCase()) ?? 0) + 1);
  const isPlain = (id: string) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(id) && !id.includes("..");
  return new Map(tasks.map((id) => [id, isPlain(id) && taken.get(id.toLowerCase()) === 1 ? id : hashed(id)]));
}

function hashed(id: string): string {
  const plain = id.replaceAll(/[^A-Za-z0-9-]+/g, "-").slice(0, 40);
  return `${plain}~${createHash("sha256").update(id).digest("hex").slice(0, 12)}`;
}
