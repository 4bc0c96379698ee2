import type { FailureKind } from "../../../schemas/outcome.ts";
import type { ClaudeResult } from "./events.ts";

/** The failures by the HTTP status of the API, if it answered. Measured on Claude Code 2.1.330. */
const byStatus: Readonly<Record<number, FailureKind>> = {
  401: "auth",
  403: "auth",
  408: "transient",
  429: "rate_limited",
  529: "rate_limited",
};

/** The failures by `error` of the last assistant event, which is Claude Code's own. A broken connection is a `server_error` too. */
const byError: Readonly<Record<string, FailureKind>> = {
  authentication_failed: "auth",
  billing_error: "quota",
  rate_limit: "rate_limited",
  server_error: "transient",
  model_not_found: "configuration",
};

/** Classifies a result with `is_error`, whose `subtype` may well be "success". */
export function claudeFailure({ api_error_status }: ClaudeResult, error: string | undefined): FailureKind {
  if (error === "billing_error") return "quota";
  const status = api_error_status === undefined ? undefined : byStatus[api_error_status];
  if (status) return status;
  if (api_error_status !== undefined && api_error_status >= 500) return "transient";
  return (error !== undefined && Object.hasOwn(byError, error) ? byError[error] : undefined) ?? "task";
}
