import type { RunEvent } from "../../schemas/event.ts";
import { isDone } from "../../schemas/outcome.ts";
import { outcomeOf, RunState, type RunTask, type TaskEvent } from "./run-state.ts";

/** The state of a run whose journal is valid. */
export type ValidRun = RunState & { readonly [Key in "started" | "latest"]: NonNullable<RunState[Key]> };

/** The first event of a journal that cannot stand where it does: `index` counts from 0. */
export interface FoldError {
  readonly index: number;
  readonly message: string;
}

/** Folds a journal's events into the state of its run, or says which of them cannot come next. */
export function foldJournal(events: readonly RunEvent[]): ValidRun | FoldError {
  const run = new RunState();
  for (const [index, event] of events.entries()) {
    const message = validate(run, event);
    if (message !== undefined) return { index, message };
    run.apply(event);
  }
  return run.started ? (run as ValidRun) : { index: 0, message: "expected run.started, found nothing" };
}

/** Returns why an event cannot come next in the journal of a run; undefined if it can. */
export function validate(run: RunState, event: RunEvent): string | undefined {
  if (!run.started) {
    return event.event === "run.started" ? undefined : `expected run.started first, found ${event.event}`;
  }
  if (event.run !== run.run) return `expected run ${run.run}, found ${event.run}`;
  if (event.event === "run.started") return "expected one run.started, found another";
  if (run.finished && event.event !== "task.answered" && event.event !== "run.resumed") {
    return `expected task.answered or run.resumed after run.finished, found ${event.event}`;
  }
  if (!("task" in event) || event.event === "task.progress") return undefined;
  const task = run.task(event.task);
  return task ? validateForTask(task, event) : `unknown task ${JSON.stringify(event.task)}`;
}

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
