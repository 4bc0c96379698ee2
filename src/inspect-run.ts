import { fileURLToPath } from "node:url";
import { chartOf } from "../machines/chart.ts";
import { orchestratorMachine } from "../machines/orchestrator.machine.ts";
import { taskMachine } from "../machines/task.machine.ts";
import { type Inspector, type InspectorOptions, startInspector } from "./inspect/server.ts";
import type { FoundRun } from "./journal/find-run.ts";

/** The built pages: beside the bundle that this file is part of. */
export const pageAssets = fileURLToPath(new URL("./inspect/", import.meta.url));

/** Serves the page of a run, with the charts of the machines that carry it out. */
export function inspectRun(
  found: FoundRun,
  options: Pick<InspectorOptions, "port" | "onAnswer"> & { readonly assets?: string } = {},
): Promise<Inspector> {
  const { run, journal, attempt, graph, isAlive } = found;
  return startInspector({
    assets: pageAssets,
    ...options,
    run,
    journal,
    attempt,
    graph,
    isAlive,
    charts: { orchestrator: chartOf(orchestratorMachine(graph.mode)), task: chartOf(taskMachine) },
  });
}
