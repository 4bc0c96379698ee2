import type { FailureKind } from "../../../schemas/outcome.ts";
import type { ClaudeResult } from "./events.ts";

/** By the status of the API, where it has answered. Measured on Claude Code 2.1.330. */
const byStatus: Readonly<Record<number, FailureKind>> = {
  401: "auth",
  403: "auth",
  408: "transient",
  429: "rate_limited",
  529: "rate_limited",
};

/** By `error` of the last assistant event: Claude Code's own word. A broken connection is a `server_error` too. */
const byError: Readonly<Record<string, FailureKind>> = {
  authentication_failed: "auth",
  billing_error: "quota",
  rate_limit: "rate_limited",
  server_error: "transient",
  model_not_found: "configuration",
};

/** What a result with `is_error` means; its `subtype` may well say "success". */
export function claudeFailure({ api_error_status }: ClaudeResult, error: string | undefined): FailureKind {
  if (error === "billing_error") return "quota";
  const status = api_error_status === undefined ? undefined : byStatus[api_error_status];
  if (status) return status;
  if (api_error_status !== undefined && api_error_status >= 500) return "transient";
  return (error !== undefined && Object.hasOwn(byError, error) ? byError[error] : undefined) ?? "task";
}
