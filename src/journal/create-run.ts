import { mkdir, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative } from "node:path";
import { UsageError } from "../problem.ts";
import { makePrivateFolder, makePrivatePath } from "../text/private-files.ts";
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
    `there is no place to record the run: ${failures.join("; ")}`,
    `set ${stateVariable} to a directory that can be written`,
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

/** Gives a run, which is about to begin, the next number among those of its project: the latest run has the highest. */
export async function numberRun(record: ProjectRecord, run: RunPaths): Promise<void> {
  const others: number[] = [];
  for (const folder of [...record.folders, ...record.earlier])
    others.push(highest(await claimed(claimsIn(folder)).catch(() => [])));
  const number = await claimNumber(claimsIn(dirname(run.path)), highest(others));
  await writeFile(run.sequence, `${number}\n`, { flag: "wx", mode: 0o600 });
}

/**
 * Claims a number above the given one and all that were claimed before, by creating a file of that name. Two processes
 * never get the same. The file with the highest number stays, even if all runs are removed.
 */
async function claimNumber(folder: string, above: number): Promise<number> {
  await makePrivateFolder(folder);
  for (;;) {
    const number = Math.max(above, highest(await claimed(folder))) + 1;
    const isOurs = await writeFile(join(folder, `${number}`), "", { flag: "wx", mode: 0o600 }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") return false;
        throw error;
      },
    );
    if (!isOurs) continue;
    const all = await claimed(folder);
    const lower = all.filter((one) => one < number);
    for (const one of lower) await rm(join(folder, `${one}`), { force: true });
    // A higher one means that ours may have been claimed, and its file removed, before.
    if (highest(all) === number) return number;
  }
}

const claimsIn = (folder: string): string => join(folder, ".sequence");

const highest = (numbers: readonly number[]): number =>
  numbers.reduce((most, number) => Math.max(most, number), 0);

const claimed = async (folder: string): Promise<number[]> =>
  (await readdir(folder)).flatMap((name) => (/^\d{1,15}$/.test(name) ? [Number(name)] : []));
