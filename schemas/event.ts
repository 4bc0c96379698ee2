import * as v from "valibot";
import { modes } from "./manifest.ts";
import { outcomeSchema, statuses } from "./outcome.ts";

const task = v.string();
const at = v.pipe(v.string(), v.isoTimestamp());
const run = v.string();
const event = <const Name extends string, Entries extends v.ObjectEntries>(name: Name, entries: Entries) =>
  v.object({ event: v.literal(name), at, run, ...entries });

/** How many tasks came to each status. */
export const countsSchema = v.record(v.picklist(statuses), v.number());
export type Counts = Readonly<Record<(typeof statuses)[number], number>>;

/**
 * What happens in a run, in order: the lines of `run --json` and, but for progress, of the journal. Times are ISO
 * 8601 in UTC; durations are seconds of monotonic time.
 */
export const runEventSchema = v.variant("event", [
  event("run.started", {
    manifest: v.string(),
    plan: v.optional(v.string()),
    mode: v.picklist(modes),
    max_parallel: v.number(),
    directory: v.string(),
    tasks: v.array(v.object({ id: v.string(), title: v.string(), stage: v.string() })),
  }),
  event("task.ready", { task }),
  event("task.started", { task, attempt: v.number() }),
  event("task.progress", { task, text: v.string() }),
  /** One attempt has ended. Written, and synced to disk, before anything acts on its outcome. */
  event("task.attempted", { task, attempt: v.number(), duration_s: v.number(), outcome: outcomeSchema }),
  event("task.settled", {
    task,
    status: v.picklist(statuses),
    duration_s: v.number(),
    reason: v.optional(v.string()),
    /** The directory of the last attempt's artifacts; absent for a task that never started. */
    artifacts: v.optional(v.string()),
  }),
  event("batch.held", { next: v.array(v.string()) }),
  event("run.cancelled", { reason: v.string() }),
  event("run.finished", { counts: countsSchema, exit_code: v.number(), duration_s: v.number() }),
]);
export type RunEvent = v.InferOutput<typeof runEventSchema>;

type Without<Event, Keys extends PropertyKey> = Event extends unknown ? Omit<Event, Keys> : never;
/** An event before the run has put its name and the time on it. */
export type RunEventBody = Without<RunEvent, "at" | "run">;
