import { answerCommand, placeOf } from "../../history/next-step.ts";
import { inspectRun, pageAssets } from "../../inspect/serve-run.ts";
import type { Inspector } from "../../inspect/server.ts";
import { startXStateInspector, type XStateInspector } from "../../inspect/xstate/inspector.ts";
import { leaveAnswer } from "../../journal/answers.ts";
import { parkedTask, readRun } from "../../journal/past-run.ts";
import { type RunPaths, runPaths } from "../../journal/run-directory.ts";
import type { RunHandle } from "../../run/handle.ts";
import { isInteractive } from "../../terminal/colors.ts";

/** Serves the page of a run, on a free port if none is given. */
export const serveRunPage = (run: RunPaths, port?: number): Promise<Inspector> =>
  inspectRun(run, {
    ...(port === undefined ? {} : { port }),
    onAnswer: (task, text) => passAnswer(run, task, text),
  });

/** Serves the machines of a run to XState's own inspectors, and prints their addresses to standard error. */
export async function serveMachines(running: () => RunHandle | undefined): Promise<XStateInspector> {
  const inspector = await startXStateInspector(pageAssets, (event) => {
    const run = running();
    if (event.type === "run.cancel") run?.cancel(event.reason);
    // An answer that comes too late is dropped.
    else if (run) void passAnswer(runPaths(run.directory), event.task, event.text).catch(() => {});
  });
  process.stderr.write(`xstate-inspect: ${inspector.url}\nstately inspect: ${inspector.stately}\n`);
  return inspector;
}

/** Opens a page in the browser if a person is at the terminal. That it cannot be opened is not a failure. */
export async function openPage(url: string): Promise<void> {
  if (!isInteractive(process.stdout)) return;
  const { default: open } = await import("open");
  const browser = await open(url).catch(() => undefined);
  browser?.on("error", () => {});
}

/** Passes an answer to the process that executes a run. Throws, with the command to use, if there is none. */
async function passAnswer(paths: RunPaths, task: string, text: string): Promise<void> {
  const past = await readRun(paths);
  if (past.pid === undefined) {
    const command = answerCommand(placeOf(past.history, paths.path), task);
    throw new Error(`The run has ended. Continue it with: ${command}`);
  }
  const { attempt } = parkedTask(past, task);
  await leaveAnswer(paths.answers, { task, attempt, text });
}
