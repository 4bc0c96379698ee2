import { fileURLToPath } from "node:url";
import { chartOf } from "../../machines/chart.ts";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import { isStart } from "../../schemas/event.ts";
import { modes } from "../../schemas/manifest.ts";
import { aroundTask } from "../history/next-step.ts";
import { runnerOf } from "../journal/past-run.ts";
import { readJournal } from "../journal/read-journal.ts";
import { type RunDirectory, runDirectory } from "../journal/run-directory.ts";
import { type Inspector, type InspectorOptions, type RunCharts, startInspector } from "./server.ts";

/** The built pages: beside the bundle that this file is part of. */
export const pageAssets = fileURLToPath(new URL("./inspect/", import.meta.url));

/** The machines' charts, the orchestrator's as each mode has it. */
export function runCharts(): RunCharts {
  const orchestrator = Object.fromEntries(
    modes.map((mode) => [mode, chartOf(orchestratorMachine(mode))]),
  ) as RunCharts["orchestrator"];
  return { orchestrator, task: chartOf(taskMachine) };
}

/** Serves the page of a run. */
export function inspectRun(
  projectDir: string,
  run: string,
  options: Pick<InspectorOptions, "port" | "onAnswer"> & { readonly assets?: string } = {},
): Promise<Inspector> {
  const { path, journal } = runDirectory(projectDir, run, []);
  return startInspector({
    assets: pageAssets,
    ...options,
    run,
    charts: runCharts(),
    answerCommand: aroundTask({ run, directory: path }),
    journal,
    attempt: attemptsOf(projectDir, run),
    // Asked again and again: a lock that cannot be read must not end the page.
    isAlive: () =>
      runnerOf(projectDir, run).then(
        (pid) => pid !== undefined,
        () => false,
      ),
  });
}

/** Where the attempts of a run's tasks lie; a name that is not known yet may be a task's since it was resumed. */
function attemptsOf(projectDir: string, run: string): InspectorOptions["attempt"] {
  let [known, directory] = [new Set<string>(), runDirectory(projectDir, run, [])];
  const read = async (): Promise<RunDirectory> => {
    const { events } = await readJournal(directory.journal);
    const starts = events.filter(isStart);
    known = new Set(starts.flatMap(({ tasks }) => tasks.map(({ id }) => id)));
    return runDirectory(projectDir, run, [...known]);
  };
  return async (task, attempt) => {
    if (!known.has(task)) directory = await read().catch(() => directory);
    return known.has(task) ? directory.attempt(task, attempt) : undefined;
  };
}
