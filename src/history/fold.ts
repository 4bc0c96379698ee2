import type { AttemptKey, RunEvent } from "../../schemas/event.ts";
import { isDone, isParked, type Outcome, type Status } from "../../schemas/outcome.ts";

/** What a journal tells of one task. */
export interface TaskHistory {
  /** The number of its last attempt; 0 where there was none. */
  readonly attempt: number;
  readonly key: AttemptKey | undefined;
  /** What its last attempt, and the `verify` commands, came to; nothing while that is open. */
  readonly outcome: Outcome | undefined;
  /** What it settled as, last of all. */
  readonly status: Status | undefined;
  readonly reason: string | undefined;
  /** Whether all of this is of before its run was resumed, and it is to run again. */
  readonly again: boolean;
  /** When each attempt was, first to last. */
  readonly spans: readonly Span[];
  /** Those that have ended with an outcome, first to last. */
  readonly attempts: readonly PastAttempt[];
  /** A person's answer to its question, for as long as no attempt has made something of it. */
  readonly answered: Answered | undefined;
}

/** The time of an attempt, in milliseconds since 1970; `cut` where it ended without an outcome. */
export interface Span {
  readonly began: number;
  readonly cut?: number;
}

/** An attempt that has ended, and what it came to: after its `verify` commands where they have decided. */
export interface PastAttempt {
  readonly attempt: number;
  /** Seconds, `verify` included. */
  readonly duration: number;
  readonly outcome: Outcome;
}

/** An answer, the attempt that had the question, and that attempt's session. */
export interface Answered {
  readonly text: string;
  readonly attempt: number;
  readonly session: string | undefined;
}

/** A run as its journal tells it. */
export interface RunHistory {
  readonly started: Extract<RunEvent, { event: "run.started" }>;
  /** What the run was of when it was last started or resumed. */
  readonly latest: Extract<RunEvent, { event: "run.started" | "run.resumed" }>;
  readonly finished: Extract<RunEvent, { event: "run.finished" }> | undefined;
  readonly lastAt: string;
  /** When the run itself last wrote, in milliseconds since 1970: an answer may come when it is long dead. */
  readonly wrote: number;
  readonly tasks: ReadonlyMap<string, TaskHistory>;
}

/** Where events cannot follow each other: `index` is that of the event, from 0. */
export interface FoldError {
  readonly index: number;
  readonly message: string;
}

const unknown: TaskHistory = {
  attempt: 0,
  key: undefined,
  outcome: undefined,
  status: undefined,
  reason: undefined,
  again: false,
  spans: [],
  attempts: [],
  answered: undefined,
};

/** Folds a journal's events into where the run stands, or says which of them cannot stand where it does. Pure. */
export function foldJournal(events: readonly RunEvent[]): RunHistory | FoldError {
  const [started] = events;
  if (started?.event !== "run.started") return { index: 0, message: "expected run.started first" };
  const tasks = new Map<string, TaskHistory>();
  let latest: RunHistory["latest"] = started;
  let finished: RunHistory["finished"];
  let wrote = Date.parse(started.at);
  for (const [index, event] of events.entries()) {
    if (event.run !== started.run)
      return { index, message: `expected run ${started.run}, found ${event.run}` };
    if (event.event === "run.started" && index > 0) return { index, message: "expected one run.started" };
    if (event.event === "run.started" || event.event === "run.resumed") {
      latest = event;
      for (const { id } of event.tasks) if (!tasks.has(id)) tasks.set(id, unknown);
      finished = undefined;
      if (event.event === "run.resumed") {
        const kept = new Set(event.kept);
        for (const [id, task] of tasks) tasks.set(id, { ...cutOff(task, wrote), again: !kept.has(id) });
      }
    } else if (finished && event.event !== "task.answered")
      return { index, message: "expected nothing behind run.finished but an answer or run.resumed" };
    if (event.event === "run.finished") finished = event;
    if (event.event !== "task.answered") wrote = Date.parse(event.at);
    if (!("task" in event) || event.event === "task.progress") continue;
    const before = tasks.get(event.task);
    if (!before) return { index, message: `no task is called ${JSON.stringify(event.task)}` };
    const after = next(before, event);
    if (typeof after === "string") return { index, message: after };
    tasks.set(event.task, after);
  }
  return { started, latest, finished, lastAt: events.at(-1)?.at ?? started.at, wrote, tasks };
}

type TaskEvent = Extract<RunEvent, { task: string }>;

/** A task's history with one more event, or why that event cannot come now. */
function next(before: TaskHistory, event: TaskEvent): TaskHistory | string {
  switch (event.event) {
    case "task.started":
      if (event.attempt !== before.attempt + 1) {
        return `expected attempt ${before.attempt + 1} of ${event.task}, found ${event.attempt}`;
      }
      return {
        ...before,
        attempt: event.attempt,
        key: event.key,
        outcome: undefined,
        status: undefined,
        reason: undefined,
        again: false,
        spans: [...before.spans, { began: Date.parse(event.at) }],
      };
    case "task.attempted": {
      if (event.attempt !== before.attempt)
        return `attempt ${event.attempt} of ${event.task} was not started`;
      const isOpen = event.gates > 0 && isDone(event.outcome.status);
      const { attempt, duration_s: duration, outcome } = event;
      return {
        ...before,
        outcome: isOpen ? undefined : outcome,
        answered: isParked(outcome.status) ? undefined : before.answered,
        attempts: [...before.attempts, { attempt, duration, outcome }],
      };
    }
    case "task.verified":
      if (event.attempt !== before.attempt)
        return `attempt ${event.attempt} of ${event.task} was not started`;
      return { ...before, outcome: event.outcome, attempts: verified(before.attempts, event) };
    case "task.settled":
      if (isDone(event.status) && before.outcome?.status !== event.status) {
        return `${event.task} settled as ${event.status}, and no attempt came to that`;
      }
      return {
        ...cutOff(before, Date.parse(event.at)),
        status: event.status,
        reason: event.reason,
        again: false,
      };
    case "task.answered":
      if (event.attempt !== before.attempt)
        return `attempt ${event.attempt} of ${event.task} was not started`;
      return {
        ...before,
        answered: { text: event.text, attempt: event.attempt, session: before.outcome?.session_id },
      };
    default:
      return before;
  }
}

/** A task whose last attempt was over at a time, whatever it came to. */
function cutOff(task: TaskHistory, at: number): TaskHistory {
  const last = task.spans.at(-1);
  if (!last || last.cut !== undefined || task.attempts.at(-1)?.attempt === task.attempt) return task;
  return { ...task, spans: [...task.spans.slice(0, -1), { ...last, cut: Math.max(at, last.began) }] };
}

const verified = (
  attempts: readonly PastAttempt[],
  { attempt, duration_s, outcome }: Extract<RunEvent, { event: "task.verified" }>,
): PastAttempt[] =>
  attempts.map((past) =>
    past.attempt === attempt ? { attempt, duration: past.duration + duration_s, outcome } : past,
  );
