import type { Outcome } from "../../schemas/outcome.ts";

/** A wait that doubles, in seconds: the first and the longest. */
export interface Growing {
  readonly first: number;
  readonly most: number;
}

/**
 * Returns the seconds before the next attempt. After a rate limit, until the reset that the provider named, or a wait
 * that doubles; after a transient failure, an exponential backoff with jitter, so that tasks that failed together do
 * not retry together. `count` is the number of this wait, from 1; `random` is in [0, 1).
 */
export function delayBeforeRetry(
  { failure, retry_after_s }: Outcome,
  count: number,
  { backoff, limit_pause }: { readonly backoff: Growing; readonly limit_pause: Growing },
  random: number,
): number {
  const grown = ({ first, most }: Growing) => Math.min(most, first * 2 ** (count - 1));
  if (failure === "rate_limited") return retry_after_s ?? grown(limit_pause);
  return Math.max(retry_after_s ?? 0, grown(backoff) * (0.5 + random / 2));
}
