import type { RunEvent } from "../../../schemas/event.ts";
import { runPaths } from "../../journal/run-directory.ts";
import type { RunHandle, RunOptions } from "../../run/handle.ts";
import { colorsFor, isInteractive } from "../../terminal/colors.ts";
import { jsonReporter } from "../../terminal/json.ts";
import { plainReporter } from "../../terminal/plain.ts";
import type { Reporter } from "../../terminal/reporter.ts";
import { printable } from "../../text/printable.ts";
import { Answers } from "./prompter.ts";
import { exitOf, onSignals } from "./signals.ts";

/** Writes something while a run is shown on the same terminal. */
export type Aside = (write: () => void) => void;

/** How a run is shown, and what it leaves for others to read. */
export interface FollowFlags {
  readonly json?: boolean;
  /** Files for reports at its end. */
  readonly report?: readonly string[];
  /** What the run has behind it. */
  readonly past?: readonly RunEvent[];
}

/**
 * Starts a run, shows it to its end, and gives its exit status; signals end it in order. A run that passed is no
 * success where a report that was asked for could not be written.
 */
export async function follow(
  start: (options: RunOptions) => Promise<RunHandle>,
  { json, report = [], past = [] }: FollowFlags,
  /** Called once it has started, with how to write beside it; what it gives is called when it has ended. */
  alongside?: (run: RunHandle, aside: Aside) => Promise<(() => Promise<void>) | undefined>,
): Promise<number> {
  const reporter = await reporterFor(json ?? false);
  reporter.past(past);
  const answers = new Answers();
  const put = putBeside(answers, reporter);
  const isAttended = process.stdin.isTTY === true && isInteractive(process.stdout) && !json;
  const run = await start({
    onEvent: reporter.event,
    approve: (next, withdrawn) => approve(next, put, withdrawn),
    ...(isAttended
      ? {
          ask: (task, question, withdrawn) =>
            put(`${printable(task)} asks: ${printable(question)}\n(empty: leave it) > `, withdrawn),
        }
      : {}),
  });
  // First of all: a signal from here on ends the run in order.
  const ended = endOnSignals(run, answers);
  const leave = alongside?.(run, reporter.aside ?? ((write) => write()));
  let isWhole = true;
  try {
    const status = await ended.finally(async () => {
      if (report.length === 0 && process.env.GITHUB_ACTIONS !== "true") return;
      const { reportEnd } = await import("../../report/ci.ts");
      isWhole = await reportEnd(runPaths(run.directory), report);
    });
    return status === 0 && !isWhole ? 1 : status;
  } finally {
    await (await leave)?.();
  }
}

/** Before anything starts. Throws UsageError for a report that could not be written. */
export async function checkReports(files: readonly string[] = []): Promise<void> {
  if (files.length > 0) await (await import("../../report/write.ts")).checkReportFiles(files);
}

/** Who shows a run on standard output: as JSON, redrawn in place on a terminal that can do so, or line by line. */
export async function reporterFor(json: boolean): Promise<Reporter> {
  if (json) return jsonReporter(process.stdout);
  const colors = colorsFor(process.stdout);
  if (!isInteractive(process.stdout)) return plainReporter(process.stdout, colors);
  const { liveReporter } = await import("../../terminal/live.ts");
  return liveReporter(process.stdout, colors);
}

/** On a pipe too: a line that begins with y, or is empty, is a yes; anything else, and the end of input, a no. */
async function approve(next: readonly string[], put: Put, withdrawn: AbortSignal): Promise<boolean> {
  const tasks = next.length === 1 ? "1 task" : `${next.length} tasks`;
  const answer = await put(`Start the next batch (${tasks})? [Y/n] `, withdrawn);
  return answer !== undefined && /^\s*(y|$)/i.test(answer);
}

/** Asks a person something, for as long as it is not withdrawn. */
type Put = (question: string, withdrawn: AbortSignal) => Promise<string | undefined>;

/** The reporter steps aside meanwhile. */
const putBeside =
  (answers: Answers, reporter: Reporter): Put =>
  async (question, withdrawn) => {
    reporter.pause?.();
    const answer = await answers.ask(question, withdrawn);
    // The prompt's line is left, for nobody ends it any more.
    if (withdrawn.aborted) process.stderr.write("\n");
    reporter.resume?.();
    return answer;
  };

/** The first signal ends the run in order, a second one shortens the grace. */
async function endOnSignals(run: RunHandle, answers: Answers): Promise<number> {
  let signalled: NodeJS.Signals | undefined;
  const end = (signal: NodeJS.Signals) => {
    if (signalled) run.killNow();
    else run.cancel(`ended by ${signal}`, exitOf(signal));
    signalled ??= signal;
    answers.close();
  };
  const off = onSignals(end);
  try {
    return (await run.finished).exitCode;
  } finally {
    answers.close();
    off();
  }
}
