import type { ModeConfig } from "../../machines/modes/mode.ts";
import type { RunEvent } from "../../schemas/event.ts";
import { isDone, isParked, type Outcome, type Status } from "../../schemas/outcome.ts";

const taskEnds = ["done", "failed", "skipped", "cancelled", "parked"] as const;
/** A state of the task chart. */
export type TaskState = "pending" | "ready" | "running" | "verifying" | "waiting" | (typeof taskEnds)[number];
/** A state of the orchestrator's chart; `awaitingApproval` is manual-batching's own. */
export type OrchestratorState =
  | "dispatching"
  | "awaitingApproval"
  | "awaitingAnswers"
  | "cancelling"
  | "settled";

/** Whether a task in this state is settled or parked. */
export const isEnd = (state: TaskState): boolean => taskEnds.some((end) => end === state);

/** A transition of a chart, named as `chartOf` in machines/chart.ts names it. */
export interface Transition<State = string> {
  /** Empty for the root, whose transitions hold in every state. */
  readonly from: State | "";
  /** Undefined if it stays where it is. */
  readonly to: State | undefined;
  readonly event: string;
  readonly guard: string | undefined;
}

/** A transition, and what must hold before an event for the event to show it. */
type Row<State, Before> = readonly [
  from: State | "",
  to: State | undefined,
  event: string,
  guard?: string,
  when?: (before: Before) => boolean,
];

/** Rows by the event that their transitions leave in the journal; the first that fits counts. */
type Rows<State, Before> = Readonly<Partial<Record<RunEvent["event"], readonly Row<State, Before>[]>>>;

/** The task that an event is about, before it. */
interface TaskBefore {
  readonly state: TaskState;
  /** The outcome of its last attempt; undefined until that is decided. */
  readonly outcome: Outcome | undefined;
}

const isUndecided = ({ outcome }: TaskBefore) => outcome === undefined;
const wasStarved = ({ outcome }: TaskBefore) => outcome?.failure === "resources";
const hitLimit = ({ outcome }: TaskBefore) => outcome?.failure === "rate_limited";

const [working, running, verifying] = ["working", "working.running", "working.verifying"];

/** The task chart's transitions. */
export const taskRows: Rows<string, TaskBefore> = {
  "task.ready": [
    ["pending", "ready", "task.ready"],
    ["waiting", "ready", "done(backoff)"],
    ["parked", "ready", "task.answer"],
  ],
  "task.started": [
    ["ready", working, "task.start"],
    [verifying, running, "done(verify)", "canFix"],
  ],
  "task.attempted": [[running, verifying, "done(attempt)", "needsVerification"]],
  "task.waiting": [
    [running, "waiting", "done(attempt)", "isStarved", wasStarved],
    [running, "waiting", "done(attempt)", "isRateLimited", hitLimit],
    [running, "waiting", "done(attempt)", "canRetry"],
    [verifying, "waiting", "done(verify)", "canRetry"],
  ],
  "task.settled": [
    ["pending", "done", "always", "wasDone"],
    ["pending", "parked", "always", "wasParked"],
    ["pending", "failed", "always", "wasFailed"],
    ["pending", "skipped", "task.skip"],
    ["pending", "cancelled", "task.cancel"],
    // Their tasks have settled before: nothing tells of them but a resume that keeps them.
    ["pending", "skipped", "always", "wasSkipped"],
    ["pending", "cancelled", "always", "wasCancelled"],
    ["ready", "skipped", "task.skip"],
    ["ready", "cancelled", "task.cancel"],
    ["waiting", "skipped", "task.skip"],
    ["waiting", "cancelled", "task.cancel"],
    [working, "failed", "error", undefined, isUndecided],
    [running, "cancelled", "done(attempt)", "wasCancelledUnverified", isUndecided],
    [running, "done", "done(attempt)", "isDone"],
    [running, "parked", "done(attempt)", "isParked"],
    [running, "cancelled", "done(attempt)", "isCancelled"],
    [running, "failed", "done(attempt)"],
    [verifying, "done", "done(verify)", "isDone"],
    [verifying, "cancelled", "done(verify)", "isCancelled"],
    [verifying, "failed", "done(verify)"],
  ],
};

/** Returns the key that a state has in its chart. */
export const chartKey = (state: TaskState | OrchestratorState): string =>
  state === "running" || state === "verifying" ? `${working}.${state}` : state;

const isWithin = (key: string, parent: string | undefined) => key === parent || key.startsWith(`${parent}.`);

/** Returns the transition that brought a task to a state; undefined if the chart has none. */
export function taskTransition(event: RunEvent["event"], before: TaskBefore, to: TaskState) {
  // Cancelled between its attempt and its `verify` commands: the chart never verified it.
  const isUnverified = before.state === "verifying" && to === "cancelled" && isUndecided(before);
  const start = chartKey(isUnverified ? "running" : before.state);
  return find(taskRows[event], before, (from, end) => isWithin(start, from) && isWithin(chartKey(to), end));
}

/** The run, and the task that an event is about, before it. */
interface RunBefore {
  readonly state: OrchestratorState;
  readonly lastTransition: Transition | undefined;
  readonly mode: ModeConfig | undefined;
  readonly task?: TaskState;
  /** The status that the task settles with. */
  readonly status?: Status;
}

const stays = undefined;
const worked = ({ task }: RunBefore) => task === "running" || task === "verifying";
const passed = (before: RunBefore) => worked(before) && isDone(before.status);
const skips = (before: RunBefore) =>
  worked(before) && !isParked(before.status) && before.mode?.usesDependencies === true;
/** Whether a batch opens by itself: not the first one, nor one that has been approved. */
const opensBatch = ({ mode, lastTransition: last }: RunBefore) =>
  mode?.isBatched === true && last !== undefined && last.event !== "done(approveBatch)";

/**
 * The orchestrator's transitions. A row from the root or from `dispatching` fits in every state, as the journal does
 * not show each return to `dispatching`.
 */
export const runRows: Rows<OrchestratorState, RunBefore> = {
  "task.ready": [
    ["awaitingAnswers", "dispatching", "done(askQuestions)", "hasAnswers", ({ task }) => task === "parked"],
    ["", "dispatching", "task.answer", "isParked", ({ task }) => task === "parked"],
    ["awaitingApproval", "dispatching", "done(approveBatch)", "isApproved"],
    ["", stays, "task.requeue", "isWaiting", ({ task }) => task === "waiting"],
    ["dispatching", stays, "always", "batchHasSettled", opensBatch],
  ],
  "task.started": [["dispatching", stays, "always", "mayStartOne", ({ task }) => task !== "verifying"]],
  "task.waiting": [
    ["cancelling", stays, "task.waiting", "isRunning"],
    ["", stays, "task.waiting", "isRunning"],
  ],
  "task.settled": [
    ["", stays, "task.settled", "releasesDependents", passed],
    ["", stays, "task.settled", "skipsDependents", skips],
    ["", stays, "task.settled", undefined, worked],
  ],
  "batch.held": [["dispatching", "awaitingApproval", "always", "awaitsApproval"]],
  "questions.open": [["dispatching", "awaitingAnswers", "always", "awaitsAnswers"]],
  "run.throttled": [["", stays, "task.starved", "isRunning"]],
  "run.withheld": [
    ["cancelling", stays, "run.withhold"],
    ["", "dispatching", "run.withhold"],
  ],
  "run.cancelled": [["", "cancelling", "run.cancel"]],
  "run.finished": [
    ["awaitingAnswers", "settled", "done(askQuestions)"],
    ["cancelling", "settled", "always", "nothingRuns"],
    ["dispatching", "settled", "always", "nothingRuns", ({ state }) => state !== "settled"],
  ],
};

/** Returns the orchestrator's transition that an event shows; undefined if it shows none. */
export const runTransition = (event: RunEvent["event"], before: RunBefore) =>
  find(runRows[event], before, (from) => from === "" || from === "dispatching" || from === before.state);

function find<State, Before>(
  rows: readonly Row<State, Before>[] = [],
  before: Before,
  fits: (from: State | "", to: State | undefined) => boolean,
): Transition<State> | undefined {
  const row = rows.find(([from, to, , , when]) => fits(from, to) && (when?.(before) ?? true));
  return row && { from: row[0], to: row[1], event: row[2], guard: row[3] };
}
