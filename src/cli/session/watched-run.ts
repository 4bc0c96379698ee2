import { isStart, type RunEvent } from "../../../schemas/event.ts";
import { resumeCommand } from "../../history/next-step.ts";
import { journalLine } from "../../history/run-state.ts";
import { lockHolder } from "../../journal/lock.ts";
import { readJournal } from "../../journal/read-journal.ts";
import type { RunPaths } from "../../journal/run-directory.ts";
import { followLines } from "../../journal/tail.ts";
import { isError, ProblemsError, RunError } from "../../problem.ts";
import type { Reporter } from "../../terminal/reporter.ts";
import { reporterFor } from "./attended-run.ts";
import { exitOf, onSignals } from "./signals.ts";

/** How long a run may take from its directory to its lock: before that, nobody seems to run it. */
const patienceMs = 2000;

type Finished = Extract<RunEvent, { event: "run.finished" }>;

/**
 * Shows a run from another process until it is over, and gives its exit status; a signal ends the watching and not
 * the run. Throws RunError where it was killed, ProblemsError where its journal is damaged.
 */
export async function watchRun(run: RunPaths, json: boolean): Promise<number> {
  const reporter = await reporterFor(json);
  const stop = new AbortController();
  let signalled: NodeJS.Signals | undefined;
  const end = (signal: NodeJS.Signals) => {
    signalled ??= signal;
    stop.abort();
  };
  const off = onSignals(end);
  // Nobody reads on.
  process.stdout.once("error", () => end("SIGPIPE"));
  let finished: Finished | undefined;
  try {
    finished = await tell(run, reporter, json, stop.signal);
  } finally {
    off();
    reporter.pause?.();
  }
  if (signalled) return exitOf(signalled);
  if (finished) return finished.exit_code;
  throw new RunError(
    `${run.run} was killed before its end`,
    `go on with \`${resumeCommand({ run: run.run, directory: run.path })}\``,
  );
}

/** Tells a reporter all that the journal holds and comes to hold; gives its end, where it has one. */
async function tell(
  { journal, lock }: RunPaths,
  reporter: Reporter,
  json: boolean,
  signal: AbortSignal,
): Promise<Finished | undefined> {
  const since = Date.now();
  let last: RunEvent | undefined;
  const told = (event: RunEvent) => {
    last = event;
    reporter.event(event);
  };
  const { events, length } = await soFar(journal);
  // A program gets all of it; a person what was since the run was last started, as `resume` has shown it.
  const start = json ? 0 : Math.max(0, events.findLastIndex(isStart));
  reporter.past(events.slice(0, start));
  for (const event of events.slice(start)) told(event);
  const isComplete = async () => {
    const isRun = (await lockHolder(lock)) !== undefined;
    return !isRun && (last !== undefined || Date.now() - since > patienceMs);
  };
  for await (const lines of followLines(journal, { from: length, isComplete, signal })) {
    for (const line of lines) {
      const { event } = journalLine(line);
      if (event) told(event);
    }
  }
  // Nothing stands behind it but an answer, which leads on to a resumption.
  return last?.event === "run.finished" ? last : undefined;
}

async function soFar(journal: string): Promise<{ events: readonly RunEvent[]; length: number }> {
  try {
    const { events, length, problems } = await readJournal(journal);
    if (problems.some(isError)) throw new ProblemsError(problems);
    return { events, length };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { events: [], length: 0 };
  }
}
