import type { FailureKind } from "../../schemas/outcome.ts";

/**
 * What a failed turn means, by the text of `turn.failed`: Codex gives no code. Measured on Codex CLI 0.169.0. Only
 * that event's text is ever held against this table; an agent's own prose about rate limits never is. Each pattern
 * holds on to Codex's own words, as what follows them comes from the server.
 */
const table: readonly (readonly [RegExp, FailureKind])[] = [
  [/^Quota exceeded/i, "quota"],
  // That of a subscription: it is over after a while.
  [/^You['’]ve hit your usage limit/i, "rate_limited"],
  [/^exceeded retry limit, last status: 429\b|^unexpected status 429\b|^rate limit\b/i, "rate_limited"],
  [/^unexpected status 40[13]\b|^missing environment variable/i, "auth"],
  [/^unexpected status 5\d\d\b|^exceeded retry limit, last status: 5\d\d\b/i, "transient"],
  [/^(We['’]re currently experiencing )?high demand|^selected model is at capacity/i, "transient"],
  [/^stream disconnected|^connection failed|^request timed out/i, "transient"],
];

export const codexFailure = (message: string): FailureKind =>
  table.find(([pattern]) => pattern.test(message))?.[1] ?? "task";
