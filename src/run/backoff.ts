import type { Outcome } from "../../schemas/outcome.ts";

/** Seconds: the first wait of a kind, and the longest. */
export interface Growing {
  readonly first: number;
  readonly most: number;
}

/**
 * How long a task waits before it is tried again, in seconds. A limit waits until its reset where the engine was told
 * of one, else a pause that doubles; a transient failure backs off exponentially, with jitter, so that tasks that
 * failed together do not come back together. `count` is the number of the wait, from 1; `random` is in [0, 1).
 */
export function waitBefore(
  { failure, retry_after_s }: Outcome,
  count: number,
  { backoff, limit_pause }: { readonly backoff: Growing; readonly limit_pause: Growing },
  random: number,
): number {
  const grown = ({ first, most }: Growing) => Math.min(most, first * 2 ** (count - 1));
  if (failure === "rate_limited") return retry_after_s ?? grown(limit_pause);
  return Math.max(retry_after_s ?? 0, grown(backoff) * (0.5 + random / 2));
}
