import { fileURLToPath } from "node:url";
import { chartOf } from "../../machines/chart.ts";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import { modes } from "../../schemas/manifest.ts";
import { aroundTask, placeOf } from "../history/next-step.ts";
import { RunState } from "../history/run-state.ts";
import { lockHolder } from "../journal/lock.ts";
import { readJournal, readStarted } from "../journal/read-journal.ts";
import { type RunDirectory, type RunPaths, runDirectory } from "../journal/run-directory.ts";
import { type Inspector, type InspectorOptions, type RunCharts, startInspector } from "./server.ts";

/** The directory of the built pages, next to the bundle that this file is part of. */
export const pageAssets = fileURLToPath(new URL("./inspect/", import.meta.url));

/** Returns the charts of the machines: the task's, and the orchestrator's in each mode. */
export function runCharts(): RunCharts {
  const orchestrator = Object.fromEntries(
    modes.map((mode) => [mode, chartOf(orchestratorMachine(mode))]),
  ) as RunCharts["orchestrator"];
  return { orchestrator, task: chartOf(taskMachine) };
}

/** Serves the page of a run. Throws the system's error if the port is not available. */
export async function inspectRun(
  paths: RunPaths,
  options: Pick<InspectorOptions, "port" | "onAnswer"> & { readonly assets?: string } = {},
): Promise<Inspector> {
  const { run, path, journal, lock } = paths;
  const started = await readStarted(journal);
  return startInspector({
    assets: pageAssets,
    ...options,
    run,
    charts: runCharts(),
    answerCommand: aroundTask(placeOf({ run, started }, path)),
    journal,
    attempt: findAttempts(paths),
    // Called every second: a lock that cannot be read must not stop the page.
    isAlive: () =>
      lockHolder(lock).then(
        (pid) => pid !== undefined,
        () => false,
      ),
  });
}

/** Finds the directories of attempts. Reads the journal again for an unknown task, as a resume may have added it. */
function findAttempts(paths: RunPaths): InspectorOptions["attempt"] {
  let known: ReadonlySet<string> = new Set();
  let directory: RunDirectory | undefined;
  const read = async (): Promise<RunDirectory> => {
    const { entries } = await readJournal(paths.journal);
    const state = new RunState(entries);
    known = new Set(state.allTasks().map(({ id }) => id));
    return runDirectory(paths, [...known], (id) => state.folderOf(id));
  };
  return async (task, attempt) => {
    if (!known.has(task)) directory = await read().catch(() => directory);
    return known.has(task) ? directory?.attempt(task, attempt) : undefined;
  };
}
