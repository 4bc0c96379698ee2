import { join } from "node:path";
import type { RunEvent } from "../../schemas/event.ts";
import { isParked } from "../../schemas/outcome.ts";
import { foldJournal, type RunHistory } from "../history/fold.ts";
import { isError, type Problem, ProblemsError, UsageError } from "../problem.ts";
import { printable } from "../text/printable.ts";
import { type Lock, lockHolder, takeLock } from "./lock.ts";
import { hasBegun, readJournal } from "./read-journal.ts";
import { isRunName, type RunDirectory, runDirectory, runNames } from "./run-directory.ts";

/** An earlier run as it lies on disk. */
export interface PastRun {
  readonly directory: RunDirectory;
  readonly history: RunHistory;
  readonly events: readonly RunEvent[];
  /** Bytes of the journal that are whole lines. */
  readonly length: number;
  /** Warnings on the journal. */
  readonly problems: readonly Problem[];
}

const journalOf = (projectDir: string, run: string) => runDirectory(projectDir, run, []).journal;

/** The run of a name, or a project's latest of which anything is known. Throws UsageError where there is none. */
export async function findRun(projectDir: string, name?: string): Promise<string> {
  const names = await runNames(projectDir);
  if (name === undefined) {
    for (const latest of names.toReversed()) if (await hasBegun(journalOf(projectDir, latest))) return latest;
    throw new UsageError(
      `there is no run in ${join(projectDir, ".interserve")}`,
      "start one with `interserve run`",
    );
  }
  if (isRunName(name) && names.includes(name)) {
    if (await hasBegun(journalOf(projectDir, name))) return name;
    throw new UsageError(
      `${name} was ended before it began`,
      "start a new run; `interserve clean` removes this one",
    );
  }
  const known = names.slice(-3).join(", ");
  throw new UsageError(
    `there is no run ${JSON.stringify(name)} in ${join(projectDir, ".interserve")}`,
    known ? `the latest are ${known}` : "start one with `interserve run`",
  );
}

/** Reads what a run has left. Throws ProblemsError where its journal is damaged. */
export async function readRun(projectDir: string, run: string): Promise<PastRun> {
  const bare = runDirectory(projectDir, run, []);
  const { events, length, problems } = await readJournal(bare.journal);
  if (problems.some(isError)) throw new ProblemsError(problems);
  const history = foldJournal(events);
  if ("index" in history) throw new ProblemsError([unfoldable(bare.journal, history.index, history.message)]);
  const directory = runDirectory(projectDir, run, [...history.tasks.keys()]);
  return { directory, history, events, length, problems };
}

const unfoldable = (file: string, index: number, message: string): Problem => ({
  code: "journal-damaged",
  severity: "error",
  message,
  place: { file, line: index + 1, column: 1 },
  hint: "start a new run; what this one left is still in its tasks folder",
});

/** The pid of the living process that runs a run; nothing where none does. */
export const runnerOf = (projectDir: string, run: string): Promise<number | undefined> =>
  lockHolder(runDirectory(projectDir, run, []).lock);

/** The parked task that an answer is for. Throws UsageError where it is not parked. */
export function parkedTask({ history, directory }: PastRun, task: string): { attempt: number } {
  const known = history.tasks.get(task);
  const parked = [...history.tasks].filter(([, { status }]) => isParked(status));
  if (known && parked.some(([id]) => id === task)) return known;
  const names = parked.map(([id]) => printable(id)).join(", ");
  throw new UsageError(
    known
      ? `task "${printable(task)}" of ${directory.run} has no open question; it is ${known.status ?? "not settled"}`
      : `${directory.run} has no task "${printable(task)}"`,
    names ? `tasks with a question: ${names}` : "no task of it has a question",
  );
}

/** Takes a run's lock. Throws UsageError where a living process has it. */
export async function lockRun(directory: RunDirectory): Promise<Lock> {
  const lock = await takeLock(directory.lock);
  if (!("heldBy" in lock)) return lock;
  throw new UsageError(
    `the run ${directory.run} is under way in process ${lock.heldBy}`,
    `wait for it, or end it with \`kill ${lock.heldBy}\``,
  );
}
