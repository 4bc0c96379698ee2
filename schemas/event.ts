import * as v from "valibot";
import { engineNames } from "./engines.ts";
import { modes, tiers } from "./manifest.ts";
import { outcomeSchema, statuses, usageSchema } from "./outcome.ts";

const task = v.string();
const attempt = v.number();
const at = v.pipe(v.string(), v.isoTimestamp());
const run = v.string();
const event = <const Name extends string, Entries extends v.ObjectEntries>(name: Name, entries: Entries) =>
  v.object({ event: v.literal(name), at, run, ...entries });

/** How many tasks came to each status. */
export const countsSchema = v.record(v.picklist(statuses), v.number());
export type Counts = Readonly<Record<(typeof statuses)[number], number>>;

export const countStatuses = (all: readonly string[]): Counts =>
  Object.fromEntries(
    statuses.map((status) => [status, all.filter((one) => one === status).length]),
  ) as Counts;

/** A task as those who follow a run need it. */
export const taskFactsSchema = v.object({
  id: v.string(),
  title: v.string(),
  stage: v.string(),
  depends: v.array(v.string()),
  files: v.array(v.string()),
  engine: v.picklist(engineNames),
  tier: v.picklist(tiers),
});
export type TaskFacts = v.InferOutput<typeof taskFactsSchema>;

/** What was said beside the manifest when a run was started: what it takes to prepare the same job again. */
export const jobOptionsSchema = v.object({
  plan: v.optional(v.string()),
  projectDir: v.optional(v.string()),
  mode: v.optional(v.picklist(modes)),
  engine: v.optional(v.picklist(engineNames)),
  maxParallel: v.optional(v.number()),
  step: v.optional(v.boolean()),
  allowPush: v.optional(v.boolean()),
  maxTokens: v.optional(v.number()),
  maxCost: v.optional(v.number()),
});

/** What an attempt was made of, as short hashes: where one of them differs, its result is of another task. */
export const attemptKeySchema = v.object({
  /** The task's own text: title, section or prompt, hint, files. */
  prompt: v.string(),
  /** What carries it out, and how. */
  options: v.string(),
  /** What its dependencies came to. */
  results: v.string(),
});
export type AttemptKey = v.InferOutput<typeof attemptKeySchema>;

/** What a run's tasks wait for: all that is needed to draw it. */
const graph = {
  mode: v.picklist(modes),
  max_parallel: v.number(),
  stage_barriers: v.optional(v.picklist(["strict", "relaxed"]), "strict"),
  tasks: v.array(taskFactsSchema),
  /** One longest chain, first to last. */
  critical_path: v.optional(v.array(v.string()), []),
  /** Files that tasks share of which neither waits for the other: they never run together. */
  conflicts: v.optional(v.array(v.object({ file: v.string(), tasks: v.array(v.string()) })), []),
};
const job = {
  manifest: v.string(),
  plan: v.optional(v.string()),
  directory: v.string(),
  ...graph,
};

/**
 * What happens in a run, in order: the lines of `run --json` and, but for progress, of the journal. Times are ISO
 * 8601 in UTC; durations are seconds of monotonic time.
 */
export const runEventSchema = v.variant("event", [
  event("run.started", { ...job, options: jobOptionsSchema }),
  /** Goes on after an end of any kind: `kept` is done and does not run again; `again` does, and why. */
  event("run.resumed", {
    ...job,
    kept: v.array(v.string()),
    again: v.array(v.object({ task, reason: v.string() })),
  }),
  event("task.ready", { task }),
  event("task.started", { task, attempt, key: attemptKeySchema }),
  event("task.progress", { task, text: v.string() }),
  /** One attempt has ended; `gates` more commands are to decide. Synced to disk before anything acts on its outcome. */
  event("task.attempted", {
    task,
    attempt,
    duration_s: v.number(),
    outcome: outcomeSchema,
    gates: v.number(),
  }),
  /** The `verify` commands have decided. Synced as well. */
  event("task.verified", { task, attempt, duration_s: v.number(), outcome: outcomeSchema }),
  /** It has given its slot back, and is tried again at `until`. */
  event("task.waiting", { task, attempt, reason: v.string(), wait_s: v.number(), until: at }),
  /** A person has answered the question that this attempt ended with. */
  event("task.answered", { task, attempt, text: v.string() }),
  /** An agent has tried to push, and was kept from it. */
  event("task.push_refused", { task, attempt, remote: v.string() }),
  event("task.settled", {
    task,
    status: v.picklist(statuses),
    duration_s: v.number(),
    reason: v.optional(v.string()),
    /** The directory of the last attempt's artifacts; absent for a task that never started. */
    artifacts: v.optional(v.string()),
  }),
  event("batch.held", { next: v.array(v.string()) }),
  /** Nothing can go on before a person, who is there, answers the questions of these tasks, or leaves them. */
  event("questions.open", { tasks: v.array(task) }),
  /** Nothing more is started, for this reason; what runs goes on. */
  event("run.withheld", { reason: v.string() }),
  event("run.cancelled", { reason: v.string() }),
  event("run.finished", {
    counts: countsSchema,
    exit_code: v.number(),
    duration_s: v.number(),
    /** Of all attempts of agents; a figure that none of them reports is absent. */
    usage: v.optional(usageSchema, {}),
    /** How many attempts of agents there were, and how many of them told what they cost. */
    agent_attempts: v.optional(v.number(), 0),
    attempts_with_cost: v.optional(v.number(), 0),
  }),
]);
export type RunEvent = v.InferOutput<typeof runEventSchema>;
/** How a run began, at first or once more. */
export type RunStart = Extract<RunEvent, { event: "run.started" | "run.resumed" }>;
/** Whether an event says what the run is of. */
export const isStart = (event: RunEvent): event is RunStart =>
  event.event === "run.started" || event.event === "run.resumed";
export type RunGraph = Pick<RunStart, keyof typeof graph>;

type Without<Event, Keys extends PropertyKey> = Event extends unknown ? Omit<Event, Keys> : never;
/** An event before the run has put its name and the time on it. */
export type RunEventBody = Without<RunEvent, "at" | "run">;

/** The version of the journal's lines. */
export const journalVersion = 1;
