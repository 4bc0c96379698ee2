import * as v from "valibot";

/** The statuses of a finished attempt or task. */
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

/** Whether a task is done, so that its dependents may start. `warn`, done with a caveat, never counts as `pass`. */
export const isDone = (status: string | undefined): boolean => status === "pass" || status === "warn";

/** Whether a task waits for a person. Its dependents are neither started nor skipped while the run can continue. */
export const isParked = (status: string | undefined): boolean =>
  status === "question" || status === "escalated";

/** Tokens and cost, as the engine reports them. A figure that it does not report is absent, never zero. */
export const usageSchema = v.object({
  input_tokens: v.optional(v.number()),
  cached_input_tokens: v.optional(v.number()),
  output_tokens: v.optional(v.number()),
  cost_usd: v.optional(v.number()),
});
export type Usage = v.InferOutput<typeof usageSchema>;

/** The kinds of failure. A retry makes sense only for those that may pass by themselves. */
export const failureKinds = [
  "task",
  "verify",
  "timeout",
  "stalled",
  "io",
  "transient",
  "rate_limited",
  /** The paid quota is used up: only a person or a long wait helps. */
  "quota",
  "auth",
  "configuration",
  "spawn",
  /** It could not be started for lack of descriptors, processes or memory. */
  "resources",
  "crashed",
  "killed",
] as const;
export type FailureKind = (typeof failureKinds)[number];

/** How many changed files an outcome lists at most. */
export const mostFilesChanged = 500;

/** The outcome of one attempt. Texts are bounded; the whole output is in the file `output`. */
export const outcomeSchema = v.object({
  status: v.picklist(statuses),
  /** One line: the reason of a failure, the caveat of a `warn`, or the text of a `question`. */
  reason: v.optional(v.string()),
  failure: v.optional(v.picklist(failureKinds)),
  /** Seconds to wait before a retry, if the engine's service named a time. */
  retry_after_s: v.optional(v.number()),
  /** The agent's closing line, as written. */
  verdict: v.optional(v.string()),
  /** What dependents must know, in the agent's words. */
  hand_over: v.optional(v.string()),
  /** The end of the output of a failed `verify` command, for the agent that is to fix it. */
  feedback: v.optional(v.string()),
  /** Paths from the project directory: as git shows, or without git as the agent reports. */
  files_changed: v.optional(v.array(v.string())),
  /** Those of them that a task may have changed that ran at the same time. */
  files_unsure: v.optional(v.array(v.string())),
  /** Inconsistencies, one line each, such as changed files that were not declared. */
  notes: v.optional(v.array(v.string())),
  /** The tasks that ran while a `verify` command failed. */
  ran_beside: v.optional(v.array(v.string())),
  /** Command lines of processes that the attempt left running and that were ended for it. */
  ended_processes: v.optional(v.array(v.string())),
  /** Absolute path of the whole output, and its size in bytes. */
  output: v.optional(v.string()),
  output_bytes: v.optional(v.number()),
  /** The SHA-256 of the output in hex, so that a change after the attempt is noticed. */
  output_sha256: v.optional(v.string()),
  usage: v.optional(usageSchema),
  /** The usage of the whole session as the agent reports it, if the attempt continued one. */
  session_usage: v.optional(usageSchema),
  session_id: v.optional(v.string()),
  exit_code: v.optional(v.number()),
  signal: v.optional(v.string()),
});
export type Outcome = v.InferOutput<typeof outcomeSchema>;
