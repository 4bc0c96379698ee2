import { isStart, type RunEvent } from "../../../schemas/event.ts";
import { journalLine } from "../../history/journal-line.ts";
import { placeOf, resumeCommand } from "../../history/next-step.ts";
import { lockHolder } from "../../journal/lock.ts";
import { damageProblems, journalWithoutStart, readJournal, readStarted } from "../../journal/read-journal.ts";
import type { RunPaths } from "../../journal/run-directory.ts";
import { tailLines } from "../../journal/tail.ts";
import { isError, ProblemsError, RunError } from "../../problem.ts";
import type { Reporter } from "../../terminal/reporter.ts";
import { reporterFor } from "../../terminal/reporters.ts";
import { printProblems } from "../exit-status.ts";
import { exitStatusOf, onSignals } from "./signals.ts";

/** How long a run may take from making its directory to taking its lock; before that, it seems to be dead. */
const startupMs = 2000;

type Finished = Extract<RunEvent, { event: "run.finished" }>;

/**
 * Shows a run of another process until it ends. Resolves to its exit status, or to that of a signal, which ends only
 * the watching. Throws RunError if the run was killed, ProblemsError if nothing in its journal can be believed.
 */
export async function watchRun(run: RunPaths, json: boolean): Promise<number> {
  const reporter = await reporterFor(process.stdout, json);
  const stop = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  const end = (signal: NodeJS.Signals) => {
    stoppedBy ??= signal;
    stop.abort();
  };
  const off = onSignals(end);
  // Nobody reads the output any more.
  process.stdout.once("error", () => end("SIGPIPE"));
  let finished: Finished | undefined;
  try {
    finished = await replay(run, reporter, json, stop.signal);
  } finally {
    off();
    reporter.pause?.();
  }
  if (stoppedBy) return exitStatusOf(stoppedBy);
  if (finished) return finished.exit_code;
  const place = placeOf({ run: run.run, started: await readStarted(run.journal) }, run.path);
  throw new RunError(`${run.run} was killed before it ended`, `continue it with \`${resumeCommand(place)}\``);
}

/** Passes every event of a run to a reporter, also as they come. Resolves to the run's last event if it has ended. */
async function replay(
  { journal, lock }: RunPaths,
  reporter: Reporter,
  json: boolean,
  signal: AbortSignal,
): Promise<Finished | undefined> {
  const since = performance.now();
  const { events, length } = await readEvents(journal);
  // Programs get all events. For people, those before the latest start are known already, as in `resume`.
  const start = json ? 0 : Math.max(0, events.findLastIndex(isStart));
  reporter.past(events.slice(0, start));
  for (const event of events.slice(start)) reporter.event(event);
  let last = events.findLast(isByRun);
  const isComplete = async () => {
    if ((await lockHolder(lock)) !== undefined) return false;
    return last !== undefined || performance.now() - since > startupMs;
  };
  for await (const lines of tailLines(journal, { from: length, isComplete, signal })) {
    for (const line of lines) {
      const { event } = journalLine(line);
      if (!event) continue;
      if (isByRun(event)) last = event;
      reporter.event(event);
    }
  }
  // Only an answer can follow it, and then the run is resumed.
  return last?.event === "run.finished" ? last : undefined;
}

/** Whether an event says how the run goes on; that its journal was written anew can come even after its end. */
const isByRun = ({ event }: RunEvent): boolean => event !== "run.journal_restored";

/** Reads the events so far; none if the journal does not exist yet. */
async function readEvents(journal: string): Promise<{ events: readonly RunEvent[]; length: number }> {
  try {
    const { entries, bytes, damage } = await readJournal(journal);
    const events = entries.map(({ event }) => event);
    const problems = damageProblems(journal, damage);
    if (bytes.length > 0 && !events[0]) problems.push(journalWithoutStart(journal));
    if (problems.some(isError)) throw new ProblemsError(problems);
    await printProblems(problems);
    return { events, length: bytes.length };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { events: [], length: 0 };
  }
}
