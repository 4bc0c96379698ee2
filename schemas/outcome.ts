import * as v from "valibot";

/** What an attempt, and in the end a task, came to. */
export const statuses = [
  "pass",
  "warn",
  "fail",
  "error",
  "skipped",
  "cancelled",
  "question",
  "escalated",
] as const;
export type Status = (typeof statuses)[number];

/** Done: what depends on the task may start. `warn` is done with a caveat and is never counted as `pass`. */
export const isDone = (status: string | undefined): boolean => status === "pass" || status === "warn";

/** Waits for a person; what depends on the task is neither started nor skipped while the run can go on. */
export const isParked = (status: string | undefined): boolean =>
  status === "question" || status === "escalated";

/** Tokens, as the engine reports them; a figure that it does not report is absent, never zero. */
export const usageSchema = v.object({
  input_tokens: v.optional(v.number()),
  cached_input_tokens: v.optional(v.number()),
  output_tokens: v.optional(v.number()),
  cost_usd: v.optional(v.number()),
});
export type Usage = v.InferOutput<typeof usageSchema>;

/** Why an attempt did not pass, for retries: only what may pass by itself is worth another try. */
export const failureKinds = [
  "task",
  "verify",
  "timeout",
  "stalled",
  "io",
  "transient",
  "rate_limited",
  /** What was paid for is used up: nothing but a person, or days, changes that. */
  "quota",
  "auth",
  "configuration",
  "spawn",
  "crashed",
  "killed",
] as const;
export type FailureKind = (typeof failureKinds)[number];

/** The longest list of files that an outcome holds. */
export const mostFilesChanged = 500;

/** The outcome of one attempt. Texts are bounded; the whole output is in the file at `output`. */
export const outcomeSchema = v.object({
  status: v.picklist(statuses),
  /** One line: why it did not pass, the caveat of a `warn`, the text of a `question`. */
  reason: v.optional(v.string()),
  failure: v.optional(v.picklist(failureKinds)),
  /** Seconds to wait before another try, where the engine was told. */
  retry_after_s: v.optional(v.number()),
  /** The agent's own closing line, as it wrote it. */
  verdict: v.optional(v.string()),
  /** What dependents must know, in the agent's words. */
  hand_over: v.optional(v.string()),
  /** The end of what a failing `verify` command said, for the agent that is to mend it. */
  feedback: v.optional(v.string()),
  /** From the project directory: what git shows, and without git what the agent says. */
  files_changed: v.optional(v.array(v.string())),
  /** What does not fit together, a line each: files changed that were not declared, and the like. */
  notes: v.optional(v.array(v.string())),
  /** Absolute path of the whole output, and its size in bytes. */
  output: v.optional(v.string()),
  output_bytes: v.optional(v.number()),
  usage: v.optional(usageSchema),
  /** What the agent reports of its session as a whole, where the attempt went on with one. */
  session_usage: v.optional(usageSchema),
  session_id: v.optional(v.string()),
  exit_code: v.optional(v.number()),
  signal: v.optional(v.string()),
});
export type Outcome = v.InferOutput<typeof outcomeSchema>;
