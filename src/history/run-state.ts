import * as v from "valibot";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { type RunEvent, type RunGraph, type RunStart, runEventSchema } from "../../schemas/event.ts";
import { isDone, isParked, type Outcome, type Status } from "../../schemas/outcome.ts";

/** A state of the task chart. */
export type TaskState =
  | "pending"
  | "ready"
  | "running"
  | "verifying"
  | "waiting"
  | "done"
  | "failed"
  | "skipped"
  | "cancelled"
  | "parked";
/** A state of the orchestrator's chart; `awaitingApproval` is manual-batching's own. */
export type OrchestratorState =
  | "dispatching"
  | "awaitingApproval"
  | "awaitingAnswers"
  | "cancelling"
  | "settled";

/** The transition that a machine took last, in the words of its chart. */
export interface Taken {
  readonly from: string;
  /** Absent for one that stayed where it was. */
  readonly to?: string;
  readonly event: string;
  readonly guard?: string;
}

export interface AttemptView {
  readonly number: number;
  /** Milliseconds since 1970, as all times here. */
  readonly began: number;
  readonly ended?: number;
  readonly duration_s?: number;
  /** Absent while it is open, and of one that was cut off: its run was killed, or it broke. */
  readonly outcome?: Outcome;
}

/** One task at one moment of a run. A value: a change gives a new one. */
export interface TaskView {
  readonly id: string;
  readonly title: string;
  readonly stage: string;
  readonly state: TaskState;
  readonly attempts: readonly AttemptView[];
  readonly ready?: number;
  readonly settled?: number;
  readonly status?: Status;
  readonly reason?: string;
  readonly duration_s?: number;
  /** Of one that is `waiting`: when it is tried again, and why it was not done. */
  readonly waits?: { readonly until: number; readonly reason: string };
  readonly taken?: Taken;
}

/** A line of a journal: what it says, and the event where it is one that we know. */
export interface JournalLine {
  readonly text: string;
  readonly event?: RunEvent;
  /** Of a line that is not known: as much as could be read. */
  readonly name: string;
  readonly task?: string;
}

/** Reads a line tolerantly: what is not known, or is no JSON, is a line and nothing more. */
export function journalLine(text: string): JournalLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { text, name: "unreadable" };
  }
  const { success, output } = v.safeParse(runEventSchema, value);
  if (success) {
    const { event } = output;
    return { text, name: event, event: output, ...("task" in output ? { task: output.task } : {}) };
  }
  const { event, task } = (value ?? {}) as { event?: unknown; task?: unknown };
  return {
    text,
    name: typeof event === "string" ? event : "unreadable",
    ...(typeof task === "string" ? { task } : {}),
  };
}

const settledState = (status: Status): TaskState => {
  if (isDone(status)) return "done";
  if (isParked(status)) return "parked";
  return status === "skipped" || status === "cancelled" ? status : "failed";
};

/** A run as its journal tells it, up to some line: a fold over events that asks nobody but them. */
export class RunView {
  run = "";
  /** What its tasks wait for, as it was last started or resumed. */
  graph: RunGraph | undefined;
  directory = "";
  began: number | undefined;
  /** When it was last started or resumed. */
  resumed: number | undefined;
  /** When the last event was. */
  last: number | undefined;
  /** When the run itself last wrote: an answer may come when it is long dead. */
  private wrote = 0;
  finished: Extract<RunEvent, { event: "run.finished" }> | undefined;
  cancelled: string | undefined;
  /** Why nothing more is started. */
  withheld: string | undefined;
  held: readonly string[] = [];
  state: OrchestratorState = "dispatching";
  taken: Taken | undefined;
  /** In plan order. */
  readonly tasks = new Map<string, TaskView>();
  /** How many tasks are settled, or parked. */
  settled = 0;

  static of(lines: Iterable<JournalLine>): RunView {
    const view = new RunView();
    for (const { event } of lines) if (event) view.apply(event);
    return view;
  }

  apply(event: RunEvent): void {
    const at = Date.parse(event.at);
    this.last = at;
    switch (event.event) {
      case "run.started":
        this.start(event, at);
        break;
      case "task.ready":
        this.readyTask(event.task, at);
        break;
      case "run.resumed":
        this.resume(event, at);
        break;
      case "task.waiting":
        this.putOff(event);
        break;
      case "task.started":
        this.startTask(event.task, event.attempt, at);
        break;
      case "task.attempted":
        this.endAttempt(event, at);
        break;
      case "task.settled":
        this.settle(event, at);
        break;
      case "batch.held":
        this.held = event.next;
        this.move("awaitingApproval", { event: "always", guard: "awaitsApproval" });
        break;
      case "run.withheld":
        this.withheld = event.reason;
        break;
      case "questions.open":
        this.move("awaitingAnswers", { event: "always", guard: "awaitsAnswers" });
        break;
      case "run.cancelled":
        this.cancelled = event.reason;
        this.taken = { from: "", to: "cancelling", event: "run.cancel" };
        this.state = this.isSettled() ? "settled" : "cancelling";
        break;
      case "run.finished":
        this.finished = event;
        this.end();
        break;
      default:
      // Whatever else there is changes neither machine.
    }
    if (event.event !== "task.answered") this.wrote = at;
  }

  private start(event: RunStart, at: number): void {
    this.run = event.run;
    this.graph = event;
    this.directory = event.directory;
    this.began ??= at;
    this.resumed = at;
    for (const task of event.tasks) this.tasks.set(task.id, { ...task, state: "pending", attempts: [] });
  }

  /** Goes on with what is kept; all else is as at the start, but for the attempts that it had. */
  private resume(event: Extract<RunEvent, { event: "run.resumed" }>, at: number): void {
    const kept = new Set(event.kept);
    this.run = event.run;
    this.graph = event;
    this.directory = event.directory;
    this.began ??= at;
    this.resumed = at;
    this.finished = undefined;
    this.cancelled = undefined;
    this.withheld = undefined;
    this.held = [];
    this.state = "dispatching";
    this.taken = undefined;
    const before = new Map(this.tasks);
    this.tasks.clear();
    for (const task of event.tasks) {
      const past = before.get(task.id);
      const { id, title, stage } = task;
      const attempts = (past?.attempts ?? []).map((attempt) => cutOff(attempt, this.wrote));
      this.tasks.set(id, past && kept.has(id) ? past : { id, title, stage, state: "pending", attempts });
    }
    this.settled = [...this.tasks.values()].filter(({ state }) => isEnd(state)).length;
  }

  /** What made a task ready: its dependencies, the end of a wait, or an answer. */
  private readyTask(id: string, at: number): void {
    const before = this.tasks.get(id)?.state;
    const how = before === "waiting" ? "done(backoff)" : before === "parked" ? "task.answer" : "task.ready";
    if (before === "parked") {
      this.taken = { from: "", to: "dispatching", event: "task.answer", guard: "isParked" };
      this.state = "dispatching";
    } else if (this.state === "awaitingApproval") {
      this.move("dispatching", { event: "done(approveBatch)", guard: "isApproved" });
    }
    this.held = [];
    this.change(id, how, { state: "ready", ready: at });
  }

  private putOff({ task: id, until, reason }: Extract<RunEvent, { event: "task.waiting" }>): void {
    const failure = this.tasks.get(id)?.attempts.at(-1)?.outcome?.failure;
    const guard = failure === "rate_limited" ? "isRateLimited" : "canRetry";
    const waits = { until: Date.parse(until), reason };
    this.change(id, "done(attempt)", { state: "waiting", waits }, guard);
    this.taken = { from: "", event: "task.waiting", guard: "isRunning" };
  }

  private startTask(id: string, number: number, at: number): void {
    const task = this.tasks.get(id);
    const attempts = [...(task?.attempts ?? []), { number, began: at }];
    const isFix = task?.state === "verifying";
    const how = isFix ? "done(verify)" : "task.start";
    this.change(id, how, { state: "running", attempts }, isFix ? "canFix" : undefined);
    if (!isFix) this.taken = { from: "dispatching", event: "always", guard: "mayStartOne" };
  }

  private endAttempt(event: Extract<RunEvent, { event: "task.attempted" }>, at: number): void {
    const task = this.tasks.get(event.task);
    if (!task) return;
    const { attempt: number, duration_s, outcome } = event;
    const attempts = task.attempts.map((attempt) =>
      attempt.number === number ? { ...attempt, ended: at, duration_s, outcome } : attempt,
    );
    this.tasks.set(event.task, { ...task, attempts });
    if (event.gates === 0 || !isDone(outcome.status)) return;
    this.change(event.task, "done(attempt)", { state: "verifying" }, "needsVerification");
  }

  private settle(event: Extract<RunEvent, { event: "task.settled" }>, at: number): void {
    const { task: id, status, reason, duration_s } = event;
    const task = this.tasks.get(id);
    if (!task) return;
    const state = settledState(status);
    const ran = task.state === "running" || task.state === "verifying";
    const guards: Partial<Record<TaskState, string>> = {
      done: "isDone",
      parked: "isParked",
      cancelled: "isCancelled",
    };
    const attempts = task.attempts.map((attempt) => (attempt.ended ? attempt : { ...attempt, ended: at }));
    // An attempt that gave no outcome is one that broke.
    const broke = ran && task.attempts.at(-1)?.outcome === undefined;
    const actor = task.state === "verifying" ? "verify" : "attempt";
    const how = broke ? "error" : `done(${actor})`;
    const told = state === "skipped" ? "task.skip" : "task.cancel";
    const rest = { state, status, settled: at, duration_s, attempts, ...(reason ? { reason } : {}) };
    this.change(id, ran ? how : told, rest, ran && !broke ? guards[state] : undefined);
    if (this.isSettled()) this.end();
    else if (ran) this.taken = { from: "", event: "task.settled", ...this.effectOf(status) };
  }

  private effectOf(status: Status): { guard?: string } {
    if (isDone(status)) return { guard: "releasesDependents" };
    return isParked(status) || (this.graph && !modeConfigs[this.graph.mode].usesDependencies)
      ? {}
      : { guard: "skipsDependents" };
  }

  private end(): void {
    if (this.state === "settled") return;
    if (this.state === "awaitingAnswers") this.move("settled", { event: "done(askQuestions)" });
    else this.move("settled", { event: "always", guard: "nothingRuns" });
  }

  private move(to: OrchestratorState, how: { event: string; guard?: string }): void {
    // Where the journal is silent on how a chart came back to `dispatching`, it did: `always` leaves from nowhere else.
    const from = how.event === "always" && this.state !== "cancelling" ? "dispatching" : this.state;
    this.taken = { from, to, ...how };
    this.state = to;
  }

  /** Changes one task, and keeps the count of settled ones. */
  private change(id: string, event: string, change: Partial<TaskView>, guard?: string): void {
    const task = this.tasks.get(id);
    if (!task) return;
    const to = change.state ?? task.state;
    this.settled += Number(isEnd(to)) - Number(isEnd(task.state));
    this.tasks.set(id, {
      ...task,
      ...change,
      taken: {
        // Whatever breaks, the state around it settles the task.
        from: event === "error" ? "working" : keyOf(task.state),
        to: event === "task.start" ? "working" : keyOf(to),
        event,
        ...(guard ? { guard } : {}),
      },
    });
  }

  private isSettled(): boolean {
    return this.settled === this.tasks.size;
  }
}

/** An attempt that a kill of its run may have ended: then it was over when the run last wrote. */
function cutOff(attempt: AttemptView, at: number): AttemptView {
  if (attempt.ended !== undefined) return attempt;
  const ended = Math.max(at, attempt.began);
  return { ...attempt, ended, duration_s: (ended - attempt.began) / 1000 };
}

/** Where a state lies in the task's chart. */
const keyOf = (state: TaskState): string =>
  state === "running" || state === "verifying" ? `working.${state}` : state;

/** Whether a task in this state is settled, or parked. */
export const isEnd = (state: TaskState): boolean =>
  !["pending", "ready", "running", "verifying", "waiting"].includes(state);

/** The slot of each attempt, counted from 0, by task: of the free slots always the first. */
export function slotsOf(view: RunView): ReadonlyMap<string, readonly number[]> {
  const attempts = [...view.tasks.values()].flatMap(({ id, attempts }) =>
    attempts.map(({ began, ended }) => ({ id, began, ended: ended ?? Number.POSITIVE_INFINITY })),
  );
  attempts.sort((a, b) => a.began - b.began);
  const busyUntil: number[] = [];
  const slots = new Map<string, number[]>();
  for (const { id, began, ended } of attempts) {
    const free = busyUntil.findIndex((until) => until <= began);
    const slot = free < 0 ? busyUntil.length : free;
    busyUntil[slot] = ended;
    slots.set(id, [...(slots.get(id) ?? []), slot]);
  }
  return slots;
}
