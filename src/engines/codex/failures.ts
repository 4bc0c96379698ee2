import type { FailureKind } from "../../../schemas/outcome.ts";

/**
 * The failures by the text of `turn.failed`, because Codex gives no code. Measured on Codex CLI 0.169.0. Only that
 * event's text is compared, never the agent's own prose about rate limits. Each pattern matches Codex's own words, as
 * what follows them comes from the server.
 */
const table: readonly (readonly [RegExp, FailureKind])[] = [
  [/^Quota exceeded/i, "quota"],
  // The limit of a subscription, which is lifted after a while.
  [/^You['’]ve hit your usage limit/i, "rate_limited"],
  [/^exceeded retry limit, last status: 429\b|^unexpected status 429\b|^rate limit\b/i, "rate_limited"],
  [/^unexpected status 40[13]\b|^missing environment variable/i, "auth"],
  [/^unexpected status 5\d\d\b|^exceeded retry limit, last status: 5\d\d\b/i, "transient"],
  [/^(We['’]re currently experiencing )?high demand|^selected model is at capacity/i, "transient"],
  [/^stream disconnected|^connection failed|^request timed out/i, "transient"],
];

/** Classifies a failed turn by its message. */
export const codexFailure = (message: string): FailureKind =>
  table.find(([pattern]) => pattern.test(message))?.[1] ?? "task";

/**
 * Seconds until the time in the text of a usage limit: `try again at 4:29 AM` of the same day, or `try again at Sep
 * 29th, 2026 12:55 AM`, in the local time zone (measured on Codex CLI 0.169.0). The text has no seconds, so the end of
 * the minute counts. Returns undefined if the text has no time.
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
