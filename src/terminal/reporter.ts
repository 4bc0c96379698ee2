import type { createColors } from "picocolors";
import type { Counts, RunEvent } from "../../schemas/event.ts";
import { statuses, type Usage } from "../../schemas/outcome.ts";
import { tokensOf } from "../../schemas/usage.ts";

/** The colours of a stream; without any, every one of them leaves text as it is. */
export type Colors = ReturnType<typeof createColors>;

/** Shows a run to somebody, event by event. */
export interface Reporter {
  readonly event: (event: RunEvent) => void;
  /** Told first of all of what a run has behind it: known from then on, and not shown again. */
  readonly past: (events: readonly RunEvent[]) => void;
  /** Steps aside for what is written at once by others, to the same terminal perhaps. */
  readonly aside?: (write: () => void) => void;
  /** Steps aside while a person is asked something, and comes back. */
  readonly pause?: () => void;
  readonly resume?: () => void;
}

/** Where a reporter writes. */
export interface Screen {
  readonly write: (text: string) => unknown;
}

/** Seconds as people read them: `0.4s`, `12s`, `3m 05s`, `1h 02m`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  if (seconds < 60) return `${Math.max(10, Math.floor(seconds))}s`;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two((seconds % 3600) / 60)}m`;
}

/** Milliseconds as whole seconds, for what counts up or down before one's eyes. */
export const clock = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds}s` : duration(seconds);
};

/** `3 pass, 1 fail`: what there is of each status; empty where there is nothing. */
export const countsText = (counts: Partial<Counts>): string =>
  statuses
    .filter((status) => counts[status])
    .map((status) => `${counts[status]} ${status}`)
    .join(", ");

/** What agents have used, where there were any: what is not known is said to be, and is no zero. */
export function usageText({
  usage,
  agent_attempts,
  attempts_with_cost,
}: {
  readonly usage: Usage;
  readonly agent_attempts: number;
  readonly attempts_with_cost: number;
}): string | undefined {
  if (agent_attempts === 0) return undefined;
  const tokens = tokensOf(usage);
  const figures = [
    tokens === undefined ? "tokens unknown" : `${tokens} tokens (${usage.output_tokens ?? 0} of them out)`,
    usage.cost_usd === undefined ? "cost unknown" : `$${usage.cost_usd.toFixed(2)}`,
  ];
  const silent = agent_attempts - attempts_with_cost;
  const partly =
    usage.cost_usd !== undefined && silent > 0 ? ` and more: ${silent} attempts did not say` : "";
  return `${figures.join(", ")}${partly}`;
}
