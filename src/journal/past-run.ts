import { basename } from "node:path";
import type { RunEvent } from "../../schemas/event.ts";
import { isParked } from "../../schemas/outcome.ts";
import { foldJournal, type ValidRun } from "../history/validate.ts";
import { isError, type Problem, ProblemsError, UsageError } from "../problem.ts";
import { hashedName } from "../text/hashed-name.ts";
import { counted } from "../text/measures.ts";
import { printable, shellWord } from "../text/printable.ts";
import type { Damage } from "./good-lines.ts";
import type { JournalSoFar } from "./journal.ts";
import { type Lock, lockHolder, takeLock } from "./lock.ts";
import { listRuns, type ProjectRecord, projectNames, recordedAbove } from "./project-record.ts";
import { damageProblems, hasBegun, journalWithoutStart, readJournal } from "./read-journal.ts";
import { type RunDirectory, type RunPaths, runDirectory } from "./run-directory.ts";

/** A run, live or ended, as read from its files. */
export interface PastRun {
  readonly directory: RunDirectory;
  readonly history: ValidRun;
  readonly events: readonly RunEvent[];
  /** The journal, to be continued. */
  readonly journal: JournalSoFar;
  /** Warnings about the journal: each line that cannot be believed was left out. */
  readonly problems: readonly Problem[];
  /** The process that executed the run just before its journal was read; undefined if there was none. */
  readonly pid: number | undefined;
}

/** Finds a run and reads it. Throws UsageError if there is no such run, ProblemsError as `readRun`. */
export const openRun = async (record: ProjectRecord, name?: string): Promise<PastRun> =>
  readRun(await findRun(record, name));

/** Finds the run of a name, or a project's latest that has begun. Throws UsageError if there is none. */
export async function findRun(record: ProjectRecord, name?: string): Promise<RunPaths> {
  const runs = await listRuns(record);
  if (name === undefined) {
    for (const latest of runs.toReversed()) if (await hasBegun(latest.journal)) return latest;
    throw new UsageError(`there are no runs of ${record.projectDir}`, await whereToLook(record));
  }
  const found = runs.find(({ run }) => run === name);
  if (!found) {
    const latest = runs.slice(-3).map(({ run }) => run);
    throw new UsageError(
      `there is no run ${JSON.stringify(name)} of ${record.projectDir}`,
      latest.length > 0 ? `the latest are ${latest.join(", ")}` : await whereToLook(record),
    );
  }
  if (await hasBegun(found.journal)) return found;
  throw new UsageError(
    `run ${name} was stopped before it began`,
    "start a new run; `interserve clean` removes this one",
  );
}

/** A hint for a project without runs: the project may have been moved, or be another one of its name. */
async function whereToLook({ projectDir, stateDir }: ProjectRecord): Promise<string> {
  const above = await recordedAbove(projectDir, stateDir);
  if (above !== undefined) return `${above} has runs: add --project-dir ${shellWord(above)}`;
  const start = "start one with `interserve run`, or name its project with --project-dir";
  const isSameName = (name: string) => name.startsWith(hashedName("", basename(projectDir)).slice(0, -12));
  const [moved] = (await projectNames(stateDir)).filter(isSameName);
  return moved ? `if you moved the project, try --project ${moved}; otherwise ${start}` : start;
}

/** Reads a run. Throws ProblemsError if its journal lacks its beginning or has a line of a later version. */
export async function readRun(paths: RunPaths): Promise<PastRun> {
  // Asked first: a process that ends in between has written everything by the time the journal is read.
  const pid = await lockHolder(paths.lock);
  const { entries, damage, torn, ...contents } = await readJournal(paths.journal);
  const all = entries.map(({ event }) => event);
  const folded = foldJournal(all);
  if (!("run" in folded)) {
    const start = journalWithoutStart(paths.journal, folded.message);
    throw new ProblemsError([...damageProblems(paths.journal, damage), start]);
  }
  const { run: history, rejected } = folded;
  const contradictions = rejected.map(({ index, message }) => ({ line: entries[index]?.line ?? 0, message }));
  const allDamage = [...damage, ...contradictions].sort((a, b) => a.line - b.line);
  const problems = [...damageProblems(paths.journal, allDamage), ...torn];
  if (problems.some(isError)) throw new ProblemsError(problems);
  const isRejected = new Set(rejected.map(({ index }) => index));
  const events = all.filter((_, index) => !isRejected.has(index));
  const journal =
    allDamage.length === 0 ? contents : { ...contents, instead: withRestoration(events, history, allDamage) };
  const directory = runDirectory(
    paths,
    history.allTasks().map(({ id }) => id),
    (id) => history.folderOf(id),
  );
  return { directory, history, events, journal, problems, pid };
}

/** Adds the event that says what was set aside to the events that are left of a damaged journal. */
function withRestoration(
  events: readonly RunEvent[],
  history: ValidRun,
  damage: readonly Damage[],
): readonly RunEvent[] {
  const tasks = history.allTasks().flatMap(({ id, isInDoubt }) => (isInDoubt ? [id] : []));
  const [first] = damage;
  const reason = `the journal had ${counted(damage.length, "problem")}, the first in line ${first?.line} (${first?.message})`;
  const at = new Date().toISOString();
  return [...events, { event: "run.journal_restored", at, run: history.run, reason, tasks }];
}

/** Returns a parked task, to be answered. Throws UsageError if it is not parked. */
export function parkedTask({ history, directory }: PastRun, task: string): { attempt: number } {
  const known = history.task(task);
  if (known && isParked(known.status)) return { attempt: known.attempts.at(-1)?.number ?? 0 };
  const parked = history.allTasks().filter(({ status }) => isParked(status));
  const names = parked.map(({ id }) => printable(id)).join(", ");
  throw new UsageError(
    known
      ? `task "${printable(task)}" of ${directory.run} has no open question: its status is ${known.status ?? "unfinished"}`
      : `${directory.run} has no task "${printable(task)}"`,
    names ? `tasks with a question: ${names}` : "none of its tasks has a question",
  );
}

/** Takes a run's lock. Throws UsageError if a living process holds it. */
export async function lockRun({ run, lock: path }: RunPaths): Promise<Lock> {
  const lock = await takeLock(path);
  if (!("heldBy" in lock)) return lock;
  throw new UsageError(
    `run ${run} is already running in process ${lock.heldBy}`,
    `wait for it, or end it with \`kill ${lock.heldBy}\``,
  );
}
