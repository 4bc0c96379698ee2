import { isStart, type RunEvent } from "../../../schemas/event.ts";
import { runPaths } from "../../journal/run-directory.ts";
import type { RunHandle, RunOptions } from "../../run/handle.ts";
import { isInteractive } from "../../terminal/colors.ts";
import type { Reporter } from "../../terminal/reporter.ts";
import { reporterFor } from "../../terminal/reporters.ts";
import { counted } from "../../text/measures.ts";
import { printable } from "../../text/printable.ts";
import { printWarning } from "../exit-status.ts";
import { announcer } from "./detached-run.ts";
import { endOnCrash } from "./last-resort.ts";
import { Prompter } from "./prompter.ts";
import { exitStatusOf, onSignals } from "./signals.ts";

export type StartRun = (options: RunOptions) => Promise<RunHandle>;

/** Writes whole lines to the terminal on which a run is shown. */
export type Aside = (write: () => void) => void;

/** How a run is shown, and the reports that it leaves. */
export interface RunFlags {
  readonly json?: boolean;
  /** Files to write reports to at the end. */
  readonly report?: readonly string[];
  /** The events of the run so far, if it is resumed. */
  readonly past?: readonly RunEvent[];
}

/**
 * Starts a run, shows it to its end and writes its reports. The first signal cancels it, a second one kills at once
 * what still runs. Resolves to the run's exit status, or to 1 instead of 0 if a requested report could not be written.
 */
export async function runToEnd(
  start: StartRun,
  { json = false, report = [], past = [] }: RunFlags,
  /** Called once the run has started. Resolves to a function that is called at the end. */
  alongside?: (run: RunHandle, aside: Aside) => Promise<(() => Promise<void>) | undefined>,
): Promise<number> {
  const reporter = await reporterFor(process.stdout, json);
  reporter.past(past);
  const prompter = new Prompter();
  const announce = announcer();
  const run = await start({
    onEvent: (event) => {
      reporter.event(event);
      if (isStart(event)) announce({ run: event.run, directory: event.directory });
    },
    onWarning: printWarning,
    ...questions(prompter, reporter, json),
  });
  // Before anything else, so that no signal is missed.
  const forget = endOnCrash(run);
  const aside = reporter.aside ?? ((write) => write());
  const ended = endOnSignals(run, prompter, aside);
  const opened = alongside?.(run, aside);
  let areWritten = true;
  try {
    const status = await ended.finally(async () => {
      areWritten = await writeReports(run, report);
    });
    return status === 0 && !areWritten ? 1 : status;
  } finally {
    const close = await opened;
    await close?.();
    forget();
  }
}

/** How the run asks: about the next batch always, parked tasks' questions only if a person is at the terminal. */
function questions(
  prompter: Prompter,
  reporter: Reporter,
  json: boolean,
): Pick<RunOptions, "approve" | "ask"> {
  /** The reporter steps aside while a question is open. */
  const prompt = async (question: string, withdrawn: AbortSignal) => {
    reporter.pause?.();
    const answer = await prompter.ask(question, withdrawn);
    // No answer will end the prompt's line.
    if (withdrawn.aborted) process.stderr.write("\n");
    reporter.resume?.();
    return answer;
  };
  const approve: RunOptions["approve"] = async (next, withdrawn) => {
    const tasks = counted(next.length, "task");
    const answer = await prompt(`Start the next batch (${tasks})? [Y/n] `, withdrawn);
    // The end of input is a no, an empty line is a yes.
    return answer !== undefined && /^\s*(y|$)/i.test(answer);
  };
  const ask: RunOptions["ask"] = (task, question, withdrawn) =>
    prompt(`${printable(task)} asks: ${printable(question)}\n(leave empty to answer later) > `, withdrawn);
  const isAttended = process.stdin.isTTY === true && isInteractive(process.stdout) && !json;
  return isAttended ? { approve, ask } : { approve };
}

async function endOnSignals(run: RunHandle, prompter: Prompter, aside: Aside): Promise<number> {
  let isCancelled = false;
  const stop = onSignals((signal) => {
    // While a question is open, no task runs.
    const hasRunningTasks = !prompter.isAsking;
    prompter.close();
    if (isCancelled) return run.killNow();
    isCancelled = true;
    run.cancel(`interrupted by ${signal}`, exitStatusOf(signal));
    if (signal === "SIGINT" && hasRunningTasks && process.stderr.isTTY) {
      aside(() => process.stderr.write("press Ctrl-C again to kill running tasks at once\n"));
    }
  });
  try {
    return (await run.finished).exitCode;
  } finally {
    prompter.close();
    stop();
  }
}

/** Resolves to whether every requested report was written. */
async function writeReports(run: RunHandle, files: readonly string[]): Promise<boolean> {
  if (files.length === 0 && process.env.GITHUB_ACTIONS !== "true") return true;
  const { reportEnd } = await import("../../report/ci.ts");
  return reportEnd(runPaths(run.directory), files);
}
