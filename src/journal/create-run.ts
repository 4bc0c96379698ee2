import { mkdir, readFile, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative } from "node:path";
import { UsageError } from "../problem.ts";
import { makePrivateFolder, makePrivatePath, replacePrivateFile } from "../text/private-files.ts";
import { waitForLock } from "./lock.ts";
import type { ProjectRecord } from "./project-record.ts";
import { type RunDirectory, type RunPaths, runDirectory, runPaths } from "./run-directory.ts";
import { stateVariable } from "./state-directory.ts";

/**
 * Creates the directory of a new run in the first folder of the record that can be written. `warnings` say if that is
 * not the preferred one. Throws UsageError, with what was tried, if there is none.
 */
export async function createRunDirectory(
  record: ProjectRecord,
  run: string,
  tasks: readonly string[],
): Promise<{ readonly directory: RunDirectory; readonly warnings: readonly string[] }> {
  const failures: string[] = record.stateDir === undefined ? ["there is no home directory"] : [];
  for (const folder of record.folders) {
    try {
      await makePrivatePath(folder);
      const directory = runDirectory(runPaths(join(folder, run)), tasks);
      await mkdir(directory.path, { mode: 0o700 });
      await makePrivateFolder(join(directory.path, "tasks"));
      return { directory, warnings: await warningsOf(record, folder, failures) };
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  throw new UsageError(
    `cannot record the run: ${failures.join("; ")}`,
    `set ${stateVariable} to a writable directory`,
  );
}

/** Says that a run is recorded in a place that is not the preferred one, or that agents work in. */
async function warningsOf(
  { projectDir, stateDir }: ProjectRecord,
  folder: string,
  failures: readonly string[],
): Promise<string[]> {
  if (failures.length > 0) return [`the run is recorded in ${folder}, since ${failures.join(" and ")}`];
  const from = relative(await realpath(projectDir), await realpath(folder));
  if (from.startsWith("..") || isAbsolute(from)) return [];
  return [
    `the state directory ${stateDir} lies in the project, where agents can change the record: set ${stateVariable} to a directory outside it`,
  ];
}

/**
 * Gives a run the next number among those of its project, and starts it before another run can get one: the latest run
 * has the highest number. Throws UsageError if another process holds the numbers for too long.
 */
export async function startInOrder<T>(
  { folders, earlier }: ProjectRecord,
  run: RunPaths,
  start: () => Promise<T>,
): Promise<T> {
  const counter = counterIn(dirname(run.path));
  const lock = await waitForLock(`${counter}.lock`);
  try {
    const used = await Promise.all([...folders, ...earlier].map((folder) => numberIn(counterIn(folder))));
    const number = `${used.reduce((last, one) => Math.max(last, one), 0) + 1}\n`;
    // Stays even if all runs are removed.
    await replacePrivateFile(counter, number);
    await replacePrivateFile(run.sequence, number);
    return await start();
  } finally {
    await lock.release();
  }
}

/** The file with the highest number of a folder's runs. */
const counterIn = (folder: string): string => join(folder, ".last-sequence");

const numberIn = async (file: string): Promise<number> =>
  Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10) || 0;
