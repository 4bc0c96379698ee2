import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../problem.ts";
import { makePrivateFolder, makePrivatePath } from "../text/private-files.ts";
import { listRuns, type ProjectRecord, sequenceOf } from "./project-record.ts";
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
      const warning = `the run is recorded in ${folder}, since ${failures.join(" and ")}`;
      return { directory, warnings: failures.length > 0 ? [warning] : [] };
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  throw new UsageError(
    `there is no place to record the run: ${failures.join("; ")}`,
    `set ${stateVariable} to a directory that can be written`,
  );
}

/** Gives a run, which is about to begin, the next number among those of its project: the latest run has the highest. */
export async function numberRun(record: ProjectRecord, run: RunPaths): Promise<void> {
  const numbers = [0];
  for (const other of await listRuns(record)) numbers.push((await sequenceOf(other)) ?? 0);
  const number = await claimNumber(join(dirname(run.path), ".sequence"), numbers);
  await writeFile(run.sequence, `${number}\n`, { flag: "wx", mode: 0o600 });
}

/**
 * Claims a number above those given and all that were claimed before, by creating a file of that name. Two processes
 * never get the same. The file with the highest number stays, even if all runs are removed.
 */
async function claimNumber(folder: string, above: readonly number[]): Promise<number> {
  await makePrivateFolder(folder);
  for (;;) {
    const number = highest([...above, ...(await claimed(folder))]) + 1;
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

const highest = (numbers: readonly number[]): number =>
  numbers.reduce((most, number) => Math.max(most, number), 0);

const claimed = async (folder: string): Promise<number[]> =>
  (await readdir(folder)).flatMap((name) => (/^\d{1,15}$/.test(name) ? [Number(name)] : []));
