import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { chartOf } from "../machines/chart.ts";
import { orchestratorMachine } from "../machines/orchestrator.machine.ts";
import { taskMachine } from "../machines/task.machine.ts";
import { graphSchema, type RunGraph } from "../schemas/graph.ts";
import { type Inspector, type InspectorOptions, startInspector } from "./inspect/server.ts";
import { runDirectory } from "./journal/run-directory.ts";
import { UsageError } from "./problem.ts";
import { runnerOf } from "./resume.ts";

/** The built pages: beside the bundle that this file is part of. */
export const pageAssets = fileURLToPath(new URL("./inspect/", import.meta.url));

/** Serves the page of a run, with the charts of the machines that carry it out. */
export async function inspectRun(
  projectDir: string,
  run: string,
  options: Pick<InspectorOptions, "port" | "onAnswer"> & { readonly assets?: string } = {},
): Promise<Inspector> {
  const facts = await pageFacts(run, runDirectory(projectDir, run, []).path);
  const ids = facts.graph.tasks.map(({ id }) => id);
  const { journal, attempt } = runDirectory(projectDir, run, ids);
  return startInspector({
    assets: pageAssets,
    ...options,
    ...facts,
    journal,
    attempt,
    // Asked again and again: a lock that cannot be read must not end the page.
    isAlive: () =>
      runnerOf(projectDir, run).then(
        (pid) => pid !== undefined,
        () => false,
      ),
  });
}

/** What the page is told of a run once. */
export async function pageFacts(
  run: string,
  directory: string,
): Promise<Pick<InspectorOptions, "run" | "graph" | "charts">> {
  const graph = await readGraph(join(directory, "graph.json"));
  const charts = { orchestrator: chartOf(orchestratorMachine(graph.mode)), task: chartOf(taskMachine) };
  return { run, graph, charts };
}

async function readGraph(file: string): Promise<RunGraph> {
  try {
    return v.parse(graphSchema, JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    throw new UsageError(`${file} does not hold a run's graph: ${(error as Error).message}`);
  }
}
