import type { RunEvent } from "../../schemas/event.ts";
import { isDone } from "../../schemas/outcome.ts";
import { outcomeOf, RunState, type RunTask, type TaskEvent } from "./run-state.ts";

/** The state of a run whose journal is valid. */
export type ValidRun = RunState & { readonly [Key in "started" | "latest"]: NonNullable<RunState[Key]> };

/** An event of a journal that cannot stand where it does: `index` counts from 0. */
export interface FoldError {
  readonly index: number;
  readonly message: string;
}

/** The state of a run, and the events of its journal that contradict those before them. */
export interface FoldedJournal {
  readonly run: ValidRun;
  readonly rejected: readonly FoldError[];
}

/**
 * Folds a journal's events into the state of its run. An event that contradicts those before it is left out: lines that
 * explained it have been lost, so what is known of its task is in doubt until the task starts again, and nothing else
 * is. Returns only an error if the journal lacks its beginning, without which nothing can be believed.
 */
export function foldJournal(events: readonly RunEvent[]): FoldedJournal | FoldError {
  const run = new RunState();
  const rejected: FoldError[] = [];
  for (const [index, event] of events.entries()) {
    const message = validate(run, event);
    if (message === undefined) run.apply(event);
    else if (!run.started) return { index, message };
    else {
      rejected.push({ index, message });
      if ("task" in event && event.run === run.run) run.doubt(event.task);
    }
  }
  return run.started
    ? { run: run as ValidRun, rejected }
    : { index: 0, message: "expected run.started, found nothing" };
}

/** Returns why an event cannot come next in the journal of a run; undefined if it can. */
export function validate(run: RunState, event: RunEvent): string | undefined {
  if (!run.started) {
    return event.event === "run.started" ? undefined : `expected run.started first, found ${event.event}`;
  }
  if (event.run !== run.run) return `expected run ${run.run}, found ${event.run}`;
  if (event.event === "run.started") return "expected one run.started, found another";
  if (run.finished && !mayFollowEnd.has(event.event)) {
    return `expected task.answered or run.resumed after run.finished, found ${event.event}`;
  }
  if (!("task" in event) || event.event === "task.progress") return undefined;
  const task = run.task(event.task);
  return task ? validateForTask(task, event) : `unknown task ${JSON.stringify(event.task)}`;
}

const mayFollowEnd: ReadonlySet<RunEvent["event"]> = new Set([
  "task.answered",
  "run.resumed",
  "run.journal_restored",
]);

function validateForTask(task: RunTask, event: TaskEvent): string | undefined {
  const last = task.attempts.at(-1)?.number ?? 0;
  switch (event.event) {
    case "task.started":
    case "task.attempted":
    case "task.verified":
    case "task.answered": {
      const expected = event.event === "task.started" ? last + 1 : last;
      if (event.attempt === expected) return undefined;
      return expected === 0
        ? `expected task.started of ${event.task} first, found ${event.event}`
        : `expected attempt ${expected} of ${event.task}, found ${event.attempt}`;
    }
    case "task.settled": {
      const ended = outcomeOf(task)?.status ?? "no outcome";
      if (!isDone(event.status) || event.status === ended) return undefined;
      return `expected ${event.task} to settle as its last attempt ended (${ended}), found ${event.status}`;
    }
    default:
      return undefined;
  }
}
