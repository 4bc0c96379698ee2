import type { FailureKind } from "../../schemas/outcome.ts";

/**
 * What a failed turn means, by the text of `turn.failed`: Codex gives no code. Measured on Codex CLI 0.169.0. Only
 * that event's text is ever held against this table; an agent's own prose about rate limits never is.
 */
const table: readonly (readonly [RegExp, FailureKind])[] = [
  [/\b429\b|rate limit|usage limit|quota exceeded/i, "rate_limited"],
  [/status 40[13]\b|missing environment variable/i, "auth"],
  [/high demand|stream disconnected|connection failed/i, "transient"],
];

export const codexFailure = (message: string): FailureKind =>
  table.find(([pattern]) => pattern.test(message))?.[1] ?? "task";
