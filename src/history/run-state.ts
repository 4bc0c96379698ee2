import { modeConfigs } from "../../machines/modes/modes.ts";
import {
  type AttemptKey,
  isStart,
  type RunEvent,
  type RunStart,
  type TaskFacts,
} from "../../schemas/event.ts";
import { isDone, isParked, type Outcome, type Status } from "../../schemas/outcome.ts";
import { type Moment, RunClock } from "./clock.ts";
import {
  isEnd,
  type OrchestratorState,
  runTransition,
  type TaskState,
  type Transition,
  taskTransition,
} from "./transitions.ts";

/** One attempt of a task. Times are in milliseconds since 1970 on the run's clock, as in all of a run's state. */
export interface RunAttempt {
  readonly number: number;
  readonly key: AttemptKey;
  readonly startedAt: number;
  /** When its agent ended, or a crash cut it off; undefined while it runs. */
  readonly endedAt?: number;
  /** Seconds, those of its `verify` commands included. */
  readonly duration_s?: number;
  /** Undefined while it runs, and if it was cut off or broke. */
  readonly outcome?: Outcome;
  /** Set while `verify` commands are still to decide: until then the outcome is only the agent's. */
  readonly isUnverified?: boolean;
}

/** One task at one moment of a run. A value: a change makes a new one. */
export interface RunTask extends Pick<TaskFacts, "id" | "title" | "stage"> {
  /** The name of its folder in the run's directory, if it is not its id: it was renamed, or another task had its id. */
  readonly folder?: string;
  readonly state: TaskState;
  /** First to last. */
  readonly attempts: readonly RunAttempt[];
  readonly readyAt?: number;
  readonly settledAt?: number;
  /** How it settled last, and why. */
  readonly status?: Status;
  readonly reason?: string;
  readonly duration_s?: number;
  /** Its latest wait for another attempt. */
  readonly wait?: { readonly until: number; readonly reason: string };
  /** A person's answer, until an attempt has used it: the attempt that asked, and that attempt's session. */
  readonly answer?: { readonly text: string; readonly attempt: number; readonly session?: string };
  /** Set by a resume, until it starts or settles: what is known of it is from before. */
  readonly runsAgain: boolean;
  /** Set if lines about it were lost from the journal, until it starts again. */
  readonly isInDoubt?: boolean;
  readonly lastTransition?: Transition;
}

/** A task that has another id than before. */
export interface Renaming {
  readonly task: string;
  readonly was: string;
}

/** A run up to some event of its journal: a fold over events that needs nothing else. */
export class RunState {
  run = "";
  started: Extract<RunEvent, { event: "run.started" }> | undefined;
  /** How the run was last started or resumed. */
  latest: RunStart | undefined;
  directory = "";
  lastAt: number | undefined;
  /** When the run was last started or resumed. */
  startedAt = 0;
  /** When the run itself last wrote: an answer may come long after it died. */
  wroteAt = 0;
  finished: Extract<RunEvent, { event: "run.finished" }> | undefined;
  cancelReason: string | undefined;
  /** Why nothing more is started. */
  withholdReason: string | undefined;
  /** Why the journal had to be written anew, each time. */
  readonly restorations: string[] = [];
  /** Tasks of a batch that waits for approval. */
  nextBatch: readonly string[] = [];
  state: OrchestratorState = "dispatching";
  lastTransition: Transition | undefined;
  /** Tasks of the manifest that the run was last started or resumed with, in plan order. */
  readonly tasks = new Map<string, RunTask>();
  /** Tasks that only earlier manifests had. */
  readonly removed = new Map<string, RunTask>();
  /** The number of tasks that are settled or parked. */
  settledCount = 0;
  /** How often an id went over to another task. */
  private readonly reuses = new Map<string, number>();
  private readonly clock = new RunClock();

  constructor(lines: Iterable<{ readonly event?: RunEvent }> = []) {
    for (const { event } of lines) if (event) this.apply(event);
  }

  /** Returns a task of the run, even one that the manifest no longer has. */
  task(id: string): RunTask | undefined {
    return this.tasks.get(id) ?? this.removed.get(id);
  }

  /** Returns every task that the run has or had. */
  allTasks(): readonly RunTask[] {
    return [...this.tasks.values(), ...this.removed.values()];
  }

  /** Returns the name of a task's folder in the run's directory, also for a task that a resume is about to add. */
  folderOf(id: string): string {
    const reuses = this.reuses.get(id);
    return this.task(id)?.folder ?? (reuses === undefined ? id : `${id}~${reuses}`);
  }

  /** Gives tasks new ids. An id that is free then may become that of another task, which is new. */
  rename(renamed: readonly Renaming[]): void {
    const before = renamed.map(({ was }) => this.task(was));
    for (const { was } of renamed) {
      this.tasks.delete(was);
      this.removed.delete(was);
      this.reuses.set(was, (this.reuses.get(was) ?? 0) + 1);
    }
    for (const [at, { task, was }] of renamed.entries()) {
      const past = before[at];
      if (past) this.tasks.set(task, { ...past, id: task, folder: past.folder ?? was });
    }
  }

  /** Returns the time of a moment after the last event, on the run's clock. */
  timeOf(moment: Moment): number {
    return this.clock.timeOf(moment);
  }

  /** Applies the next event. Tolerates any: an event that cannot come next changes what it can. */
  apply(event: RunEvent): void {
    const moment = { wall: Date.parse(event.at), monotonic_s: event.monotonic_s };
    const at = isStart(event) ? this.clock.restart(moment) : this.clock.advance(moment);
    if (isStart(event)) this.start(event, at);
    else if ("task" in event) this.applyToTask(event, at);
    else this.applyToRun(event);
    // The chart settles by itself once nothing is left to do.
    const mayEnd = event.event === "task.settled" || event.event === "run.cancelled";
    if (mayEnd && this.settledCount === this.tasks.size) this.follow("run.finished");
    this.lastAt = at;
    if (!isByOthers.has(event.event)) this.wroteAt = at;
  }

  /** Marks a task of which the journal has lost lines. */
  doubt(id: string): void {
    const task = this.task(id);
    if (task) (this.tasks.has(id) ? this.tasks : this.removed).set(id, { ...task, isInDoubt: true });
  }

  /** Takes over the tasks that a run is started or resumed with; those that are not kept run again. */
  private start(event: RunStart, at: number): void {
    this.startedAt = at;
    if (event.event === "run.started") this.started = event;
    this.run = event.run;
    this.latest = event;
    this.directory = event.directory;
    this.finished = undefined;
    this.cancelReason = undefined;
    this.withholdReason = undefined;
    this.nextBatch = [];
    this.state = "dispatching";
    this.lastTransition = undefined;
    const kept = new Set(event.event === "run.resumed" ? event.kept : []);
    if (event.event === "run.resumed") this.rename(event.renamed ?? []);
    const before = new Map([...this.removed, ...this.tasks]);
    this.tasks.clear();
    this.removed.clear();
    for (const [id, task] of before)
      this.removed.set(id, { ...task, attempts: cutOff(task, this.wroteAt), runsAgain: true });
    for (const facts of event.tasks) {
      const folder = this.folderOf(facts.id);
      const task = restarted(facts, this.removed.get(facts.id), kept.has(facts.id));
      this.tasks.set(facts.id, folder === facts.id ? task : { ...task, folder });
      this.removed.delete(facts.id);
    }
    this.settledCount = [...this.tasks.values()].filter(({ state }) => isEnd(state)).length;
  }

  private applyToTask(event: TaskEvent, at: number): void {
    const task = this.task(event.task);
    this.follow(event.event, task?.state, event.event === "task.settled" ? event.status : undefined);
    if (event.event === "task.ready") this.nextBatch = [];
    if (!task) return;
    const change = changeOf(task, event, at);
    const { state = task.state } = change;
    const before = { state: task.state, outcome: outcomeOf(task) };
    const lastTransition = change.state ? taskTransition(event.event, before, state) : task.lastTransition;
    const isRemoved = !this.tasks.has(task.id);
    (isRemoved ? this.removed : this.tasks).set(task.id, { ...task, ...change, lastTransition });
    if (!isRemoved) this.settledCount += Number(isEnd(state)) - Number(isEnd(task.state));
  }

  private applyToRun(event: Exclude<RunEvent, RunStart | TaskEvent>): void {
    this.follow(event.event);
    if (event.event === "batch.held") this.nextBatch = event.next;
    else if (event.event === "run.withheld") this.withholdReason = event.reason;
    else if (event.event === "run.cancelled") this.cancelReason = event.reason;
    else if (event.event === "run.finished") this.finished = event;
    else if (event.event === "run.journal_restored") {
      this.restorations.push(event.reason);
      for (const task of event.tasks ?? []) this.doubt(task);
    }
  }

  /** Follows the orchestrator through the transition that an event shows. */
  private follow(event: RunEvent["event"], task?: TaskState, status?: Status): void {
    const { state, lastTransition, latest } = this;
    const mode = latest && modeConfigs[latest.mode];
    const transition = runTransition(event, { state, lastTransition, mode, task, status });
    this.lastTransition = transition ?? lastTransition;
    this.state = transition?.to ?? state;
  }
}

/** Events that may come long after the run has died. */
const isByOthers: ReadonlySet<RunEvent["event"]> = new Set(["task.answered", "run.journal_restored"]);

export type TaskEvent = Extract<RunEvent, { task: string }>;

/** Returns what an event changes in the task that it is about. */
function changeOf(task: RunTask, event: TaskEvent, at: number): Partial<RunTask> {
  switch (event.event) {
    case "task.ready":
      return { state: "ready", readyAt: at };
    case "task.started": {
      const attempt: RunAttempt = { number: event.attempt, key: event.key, startedAt: at };
      const attempts = [...task.attempts, attempt];
      const isNew = { status: undefined, reason: undefined, runsAgain: false, isInDoubt: undefined };
      return { state: "running", attempts, ...isNew };
    }
    case "task.attempted": {
      const { attempt, duration_s, outcome, gates } = event;
      const isUnverified = gates > 0 && isDone(outcome.status);
      return {
        ...(isUnverified && { state: "verifying" }),
        attempts: withAttempt(task, attempt, () => ({ endedAt: at, duration_s, outcome, isUnverified })),
        answer: isParked(outcome.status) ? undefined : task.answer,
      };
    }
    case "task.verified": {
      const { attempt, outcome } = event;
      const sum = ({ duration_s = 0 }: RunAttempt) => duration_s + event.duration_s;
      const verified = (before: RunAttempt) => ({ outcome, duration_s: sum(before), isUnverified: false });
      return { attempts: withAttempt(task, attempt, verified) };
    }
    case "task.waiting": {
      const wall = Date.parse(event.until);
      const until = event.monotonic_s === undefined ? wall : at + wall - Date.parse(event.at);
      return { state: "waiting", wait: { until, reason: event.reason } };
    }
    case "task.answered": {
      const session = outcomeOf(task)?.session_id;
      return { answer: { text: event.text, attempt: event.attempt, session } };
    }
    case "task.settled": {
      const { status, reason, duration_s } = event;
      const settled = { status, reason, duration_s, settledAt: at };
      return { ...settled, state: settledState(status), attempts: cutOff(task, at), runsAgain: false };
    }
    default:
      return {};
  }
}

const withAttempt = (
  { attempts }: RunTask,
  number: number,
  change: (attempt: RunAttempt) => Partial<RunAttempt>,
): readonly RunAttempt[] =>
  attempts.map((attempt) => (attempt.number === number ? { ...attempt, ...change(attempt) } : attempt));

/** Ends attempts that still run: a crash cut them off, or they broke. */
const cutOff = ({ attempts }: RunTask, at: number): readonly RunAttempt[] =>
  attempts.map((attempt) => {
    if (attempt.endedAt !== undefined) return attempt;
    const endedAt = Math.max(at, attempt.startedAt);
    return { ...attempt, endedAt, duration_s: (endedAt - attempt.startedAt) / 1000 };
  });

/** Returns a task as a start or a resume of its run takes it over. */
function restarted(facts: TaskFacts, past: RunTask | undefined, isKept: boolean): RunTask {
  const { id, title, stage } = facts;
  if (!past) return { id, title, stage, state: "pending", attempts: [], runsAgain: false };
  const { attempts, status, reason, answer, isInDoubt } = past;
  // Without a status a crash came before the task settled: it does so now.
  const state = isKept && status ? settledState(status) : "pending";
  if (isKept) return { ...past, title, stage, state, runsAgain: false };
  return { id, title, stage, state, attempts, status, reason, answer, isInDoubt, runsAgain: true };
}

const settledState = (status: Status): TaskState => {
  if (isDone(status)) return "done";
  if (isParked(status)) return "parked";
  return status === "skipped" || status === "cancelled" ? status : "failed";
};

/** Returns the outcome of a task's last attempt; undefined unless its `verify` commands have decided, too. */
export function outcomeOf({ attempts }: RunTask): Outcome | undefined {
  const last = attempts.at(-1);
  return last?.isUnverified ? undefined : last?.outcome;
}
