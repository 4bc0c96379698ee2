import { join, relative } from "node:path";
import { ordered } from "../../machines/schedule/graph.ts";
import { topological } from "../../machines/schedule/order.ts";
import type { Restored } from "../../machines/task-setup.ts";
import type { AttemptKey, RunEvent } from "../../schemas/event.ts";
import { isDone, isParked, type Outcome } from "../../schemas/outcome.ts";
import { foldJournal, type RunHistory, type TaskHistory } from "../history/fold.ts";
import type { Job } from "../job/job.ts";
import { isError, type Problem, ProblemsError, UsageError } from "../problem.ts";
import { attemptKey } from "../run/fingerprint.ts";
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

/** What of an earlier run stands, held against the job as it is now. */
export interface Resumption {
  readonly past: PastRun;
  readonly lock: Lock;
  readonly restored: ReadonlyMap<number, Restored>;
  /** Tasks that are done and do not run again. */
  readonly kept: readonly string[];
  /** Tasks that run again, or for the first time, and why. */
  readonly again: readonly { readonly task: string; readonly reason: string }[];
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

/**
 * What of a past run stands in a job: each task in dependency order, for what changed takes its dependents along.
 * With `keepsParked`, questions that nobody has answered stay as they are.
 */
export function resumption(
  past: PastRun,
  lock: Lock,
  job: Job,
  { keepsParked = false }: { readonly keepsParked?: boolean } = {},
): Resumption {
  const restored = new Map<number, Restored>();
  const kept: string[] = [];
  const again: { task: string; reason: string }[] = [];
  const outcomes = new Map<number, Outcome>();
  const { graph } = job.spec;
  for (const number of topological(ordered(graph, [], () => false))) {
    const jobTask = job.tasks[number];
    const history = jobTask && past.history.tasks.get(jobTask.task.id);
    if (!jobTask) continue;
    const { id } = jobTask.task;
    if (!history || history.attempt === 0) {
      again.push({ task: id, reason: "has not run yet" });
      continue;
    }
    const depends = job.mode.usesDependencies ? (graph.depends[number] ?? []) : [];
    const results = depends.flatMap((need) => {
      const outcome = outcomes.get(need);
      return outcome ? [{ id: graph.tasks[need]?.id ?? "", outcome }] : [];
    });
    const moved = depends.find((need) => !outcomes.has(need));
    const now = attemptKey(job, jobTask, results);
    const reason = whyAgain(history, now, moved === undefined ? undefined : graph.tasks[moved]?.id);
    const { attempt } = history;
    const staysParked =
      keepsParked && history.outcome && isParked(history.outcome.status) && !history.answered;
    if (staysParked) {
      restored.set(number, { attempt, outcome: history.outcome });
      kept.push(id);
    } else if (reason === undefined && history.outcome) {
      const outcome = here(history.outcome, past);
      outcomes.set(number, outcome);
      restored.set(number, { attempt, outcome });
      kept.push(id);
    } else {
      const isSame = history.key !== undefined && !differs(history.key, now);
      restored.set(number, { attempt, followUp: isSame ? followUpOf(history) : undefined });
      again.push({ task: id, reason: reason ?? "was under way" });
    }
  }
  const place = ({ task }: { task: string }) => graph.indexOf.get(task) ?? 0;
  return { past, lock, restored, kept, again: again.sort((a, b) => place(a) - place(b)) };
}

/** Why a task runs again; nothing where its last attempt is done and is of the same task as now. */
function whyAgain(
  { outcome, status, key, answered }: TaskHistory,
  now: AttemptKey,
  moved: string | undefined,
): string | undefined {
  if (!outcome) return "was under way";
  if (answered && isParked(outcome.status)) return "its question was answered";
  if (!isDone(outcome.status)) return `came to ${status ?? outcome.status}`;
  const changed = key && differs(key, now);
  if (changed === "prompt" || changed === "options") return `its ${changed} changed`;
  if (moved !== undefined) return `depends on ${moved}, which runs again`;
  return changed ? "the results that it depends on changed" : undefined;
}

const differs = (before: AttemptKey, now: AttemptKey): keyof AttemptKey | undefined =>
  (["prompt", "options", "results"] as const).find((part) => before[part] !== now[part]);

const followUpOf = ({ answered }: TaskHistory): Restored["followUp"] =>
  answered && { kind: "answer", ...answered };

/** An outcome whose output lies where the run lies now, and not where the project was when it was written. */
function here(outcome: Outcome, { directory, history }: PastRun): Outcome {
  if (outcome.output === undefined) return outcome;
  return { ...outcome, output: join(directory.path, relative(history.latest.directory, outcome.output)) };
}
