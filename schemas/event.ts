import * as v from "valibot";
import { engineNames } from "./engines.ts";
import { modes, tiers } from "./manifest.ts";
import { outcomeSchema, statuses, usageSchema } from "./outcome.ts";

const task = v.string();
const attempt = v.number();
const at = v.pipe(v.string(), v.isoTimestamp());
const run = v.string();
/** Seconds on the machine's monotonic clock, as nobody sets it; absent in journals of 0.1.0. */
const monotonic_s = v.optional(v.number());
const event = <const Name extends string, Entries extends v.ObjectEntries>(name: Name, entries: Entries) =>
  v.object({ event: v.literal(name), at, run, monotonic_s, ...entries });

/** The number of tasks with each status. */
export const countsSchema = v.record(v.picklist(statuses), v.number());
export type Counts = Readonly<Record<(typeof statuses)[number], number>>;

export const countStatuses = (all: readonly string[]): Counts =>
  Object.fromEntries(
    statuses.map((status) => [status, all.filter((one) => one === status).length]),
  ) as Counts;

/** What listeners are told about a task. */
export const taskFactsSchema = v.object({
  id: v.string(),
  title: v.string(),
  stage: v.string(),
  depends: v.array(v.string()),
  /** With relaxed barriers: it does not wait for the stages before it, though it depends on nothing. */
  waits_for_nothing: v.optional(v.boolean()),
  files: v.array(v.string()),
  engine: v.picklist(engineNames),
  tier: v.picklist(tiers),
});
export type TaskFacts = v.InferOutput<typeof taskFactsSchema>;

/** The flags that a run was started with; with the manifest they prepare the same job again. */
export const jobOptionsSchema = v.object({
  plan: v.optional(v.string()),
  projectDir: v.optional(v.string()),
  mode: v.optional(v.picklist(modes)),
  engine: v.optional(v.picklist(engineNames)),
  maxParallel: v.optional(v.number()),
  step: v.optional(v.boolean()),
  allowPush: v.optional(v.boolean()),
  allowDrift: v.optional(v.boolean()),
  maxTokens: v.optional(v.number()),
  maxCost: v.optional(v.number()),
});

/** Short hashes of what an attempt was made of. If one differs, its outcome no longer holds for the task. */
export const attemptKeySchema = v.object({
  /** The task's own text: title, section or prompt, hint, files. */
  prompt: v.string(),
  /** Its engine, tier, commands, environment and dependencies. */
  options: v.string(),
  /** The results of its dependencies. */
  results: v.string(),
  /** How `prompt` was hashed: 2 leaves out ticks and other marks of progress, which 0.1.0 included. */
  version: v.optional(v.number()),
});
export type AttemptKey = v.InferOutput<typeof attemptKeySchema>;

/** What it takes to draw the graph of a run. */
const graph = {
  mode: v.picklist(modes),
  max_parallel: v.number(),
  stage_barriers: v.optional(v.picklist(["strict", "relaxed"]), "strict"),
  tasks: v.array(taskFactsSchema),
  /** One longest chain of dependencies, first to last. */
  critical_path: v.optional(v.array(v.string()), []),
  /** Files shared by tasks that do not depend on each other; those never run at the same time. */
  conflicts: v.optional(v.array(v.object({ file: v.string(), tasks: v.array(v.string()) })), []),
};
const job = {
  manifest: v.string(),
  plan: v.optional(v.string()),
  directory: v.string(),
  ...graph,
};

/**
 * The events of a run, in order: the lines of `run --json` and, except for `task.progress`, of the journal. Times are
 * ISO 8601 in UTC; durations are seconds of monotonic time.
 */
export const runEventSchema = v.variant("event", [
  event("run.started", { ...job, options: jobOptionsSchema }),
  /**
   * The run continues, however it ended: `kept` tasks do not run again; `again` says which do, and why. `renamed` tasks
   * had another id until then.
   */
  event("run.resumed", {
    ...job,
    kept: v.array(v.string()),
    again: v.array(v.object({ task, reason: v.string() })),
    renamed: v.optional(v.array(v.object({ task, was: task }))),
  }),
  event("task.ready", { task }),
  event("task.started", { task, attempt, key: attemptKeySchema }),
  event("task.progress", { task, text: v.string() }),
  /** An attempt has ended, and `gates` `verify` commands follow. On disk before anything acts on its outcome. */
  event("task.attempted", {
    task,
    attempt,
    duration_s: v.number(),
    outcome: outcomeSchema,
    gates: v.number(),
  }),
  /** The `verify` commands have ended. On disk before anything acts on their outcome. */
  event("task.verified", { task, attempt, duration_s: v.number(), outcome: outcomeSchema }),
  /** The task gives its slot back until its next attempt, at `until`. */
  event("task.waiting", { task, attempt, reason: v.string(), wait_s: v.number(), until: at }),
  /** A person has answered the question that this attempt ended with. */
  event("task.answered", { task, attempt, text: v.string() }),
  /** The push guard has refused a push of the agent. */
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
  /** The run waits for a person to answer the questions of these tasks, or to dismiss them. */
  event("questions.open", { tasks: v.array(task) }),
  /** No further task starts, for this reason; running ones continue. */
  event("run.withheld", { reason: v.string() }),
  /** The machine lacks descriptors, processes or memory: at most `limit` tasks run at a time for now. */
  event("run.throttled", { limit: v.number(), reason: v.string() }),
  event("run.cancelled", { reason: v.string() }),
  /**
   * The journal was written anew, as something other than the run had changed it. Nothing is known for sure of `tasks`
   * until they start again: lines about them were lost.
   */
  event("run.journal_restored", { reason: v.string(), tasks: v.optional(v.array(task)) }),
  /**
   * Files of the guard against pushes were found changed, and are back; those of an installer of hooks were moved to the
   * repository's own folder of hooks.
   */
  event("run.guard_restored", { restored: v.array(v.string()), moved: v.array(v.string()) }),
  event("run.finished", {
    counts: countsSchema,
    exit_code: v.number(),
    duration_s: v.number(),
    /** The sum over all agent attempts; a figure that none of them reports is absent. */
    usage: v.optional(usageSchema, {}),
    /** The number of agent attempts, and of those that reported a cost. */
    agent_attempts: v.optional(v.number(), 0),
    attempts_with_cost: v.optional(v.number(), 0),
  }),
]);
export type RunEvent = v.InferOutput<typeof runEventSchema>;
/** The event of a run's start, or of a resume. */
export type RunStart = Extract<RunEvent, { event: "run.started" | "run.resumed" }>;
/** Whether an event starts or resumes a run. */
export const isStart = (event: RunEvent): event is RunStart =>
  event.event === "run.started" || event.event === "run.resumed";
export type RunGraph = Pick<RunStart, keyof typeof graph>;

type Without<Event, Keys extends PropertyKey> = Event extends unknown ? Omit<Event, Keys> : never;
/** An event without the run's name and the time, which the run adds. */
export type RunEventBody = Without<RunEvent, "at" | "run" | "monotonic_s">;

/** The version of the journal's lines. */
export const journalVersion = 1;
