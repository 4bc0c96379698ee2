import type { FailureKind } from "../../../schemas/outcome.ts";

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

/**
 * Seconds until the time that a usage limit's text names: `try again at 4:29 AM` of the same day, or `try again at Sep
 * 29th, 2026 12:55 AM`, as Codex writes it in the local time zone (measured on Codex CLI 0.169.0). It leaves seconds
 * out, so that the minute's end is meant. Undefined where no time is named.
 */
export function secondsUntilReset(message: string, now: Date): number | undefined {
  const named =
    /\btry again at (?:([A-Z][a-z]{2} \d{1,2})(?:st|nd|rd|th), (\d{4}) )?(\d{1,2}:\d{2} [AP]M)\b/i.exec(
      message,
    );
  if (!named) return undefined;
  const [, day, year, time] = named;
  const reset =
    new Date(day ? `${day}, ${year} ${time}` : `${now.toDateString()} ${time}`).getTime() + 60_000;
  return Number.isNaN(reset) ? undefined : Math.max(0, Math.ceil((reset - now.getTime()) / 1000));
}
