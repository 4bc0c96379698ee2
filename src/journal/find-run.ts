import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { graphSchema, type RunGraph } from "../../schemas/graph.ts";
import { UsageError } from "../problem.ts";
import { type RunDirectory, runDirectory, runNames } from "./run-directory.ts";

/** A run's directory, with what it says of itself. */
export interface FoundRun extends RunDirectory {
  readonly graph: RunGraph;
  /** Whether the process that carries it out is there. */
  readonly isAlive: () => boolean;
}

/** A run by its name, or the latest. Throws UsageError where there is none. */
export async function findRun(projectDir: string, name?: string): Promise<FoundRun> {
  const runs = await runNames(projectDir);
  const run = name ?? runs.at(-1);
  if (run === undefined) {
    throw new UsageError(
      `no run was found in ${join(projectDir, ".interserve", "runs")}`,
      "--project-dir names the directory that the run worked in",
    );
  }
  if (!runs.includes(run)) {
    const latest = runs.slice(-5).reverse().join(", ");
    throw new UsageError(`no run is called "${run}"`, latest ? `the latest are: ${latest}` : undefined);
  }
  const { path } = runDirectory(projectDir, run, []);
  const graph = await readGraph(join(path, "graph.json"));
  const ids = graph.tasks.map(({ id }) => id);
  const pid = await pidOf(join(path, "run.json"));
  return { ...runDirectory(projectDir, run, ids), graph, isAlive: () => pid !== undefined && exists(pid) };
}

async function readGraph(file: string): Promise<RunGraph> {
  try {
    return v.parse(graphSchema, JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    throw new UsageError(`${file} does not hold a run's graph: ${(error as Error).message}`);
  }
}

async function pidOf(file: string): Promise<number | undefined> {
  try {
    const { pid } = JSON.parse(await readFile(file, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
