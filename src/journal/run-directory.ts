import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { hashedName } from "../text/hashed-name.ts";

/** The files of a run, which are there to find without knowing its tasks. */
export interface RunPaths {
  /** The run's name. */
  readonly run: string;
  /** Its directory. */
  readonly path: string;
  readonly journal: string;
  /** Held by the process that executes the run. */
  readonly lock: string;
  /** A folder with one file for each answer given while the run is live. */
  readonly answers: string;
  readonly hooks: string;
  /** A folder with the programs that tasks use in place of those on PATH. */
  readonly bin: string;
  /** Holds the run's number among those of its project; runs of 0.1.0 have none. */
  readonly sequence: string;
}

/** The files of a run whose tasks are known. */
export interface RunDirectory extends RunPaths {
  /** Returns the directory of one attempt of a task, always inside `path`. */
  readonly attempt: (task: string, attempt: number) => string;
}

/** Returns a run's name: its start in UTC, to the second, and four random hex digits. Names sort by time. */
export function newRunName(now: Date): string {
  const stamp = now.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${stamp}-${randomBytes(2).toString("hex")}`;
}

export const isRunName = (name: string): boolean => /^\d{8}-\d{6}-[0-9a-f]{4}$/.test(name);

/** Returns the files of the run whose directory lies at `path`. */
export const runPaths = (path: string): RunPaths => ({
  run: basename(path),
  path,
  journal: join(path, "journal.jsonl"),
  lock: join(path, "lock"),
  answers: join(path, "answers"),
  hooks: join(path, "hooks"),
  bin: join(path, "bin"),
  sequence: join(path, "sequence"),
});

/**
 * Adds the folders of a run's tasks to its files. `tasks` are all that it ever had, so that no folder moves; `nameOf`
 * gives the name that a task's folder is made of, if it is not the task's id.
 */
export function runDirectory(
  paths: RunPaths,
  tasks: readonly string[],
  nameOf: (task: string) => string = (task) => task,
): RunDirectory {
  const folders = taskFolders(tasks.map(nameOf));
  return {
    ...paths,
    attempt: (task, attempt) => {
      const name = nameOf(task);
      return join(paths.path, "tasks", folders.get(name) ?? hashedName(name), String(attempt));
    },
  };
}

/**
 * Chooses a folder for each task: its id if that is a plain name and unique on file systems that ignore case, else the
 * plain part of it and a hash. So no id can lead outside the run, or to another task's folder.
 */
export function taskFolders(tasks: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Map<string, number>();
  for (const id of tasks) taken.set(id.toLowerCase(), (taken.get(id.toLowerCase()) ?? 0) + 1);
  const isPlain = (id: string) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(id) && !id.includes("..");
  return new Map(
    tasks.map((id) => [id, isPlain(id) && taken.get(id.toLowerCase()) === 1 ? id : hashedName(id)]),
  );
}
