import type { Counts } from "../../schemas/event.ts";
import { statuses, type Usage } from "../../schemas/outcome.ts";
import { tokensOf } from "../../schemas/usage.ts";

/** A number of things: `1 task`, `2 tasks`. */
export const counted = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;

/** Seconds in words: `0.4s`, `12s`, `3m 05s`, `1h 02m`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  if (seconds < 60) return `${Math.max(10, Math.floor(seconds))}s`;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two((seconds % 3600) / 60)}m`;
}

/** Milliseconds as whole seconds, for a display that counts up or down: `0s`, `3m 05s`. */
export const clock = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds}s` : duration(seconds);
};

/** The number of tasks of each status, `3 pass, 1 fail`. Empty if there are none. */
export const countsText = (counts: Partial<Counts>): string =>
  statuses
    .filter((status) => counts[status])
    .map((status) => `${counts[status]} ${status}`)
    .join(", ");

/** The number of tasks of each status out of all, `3 pass, 1 fail of 6`, or `0 finished of 6`. */
export const progressText = (counts: Partial<Counts>, tasks: number): string =>
  `${countsText(counts) || "0 finished"} of ${tasks}`;

/** The tokens and cost of the agents' attempts, where an unknown figure is called unknown. Undefined without attempts. */
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
    tokens === undefined ? "tokens unknown" : `${tokens} tokens (${usage.output_tokens ?? 0} of them output)`,
    usage.cost_usd === undefined ? "cost unknown" : `$${usage.cost_usd.toFixed(2)}`,
  ];
  const silent = agent_attempts - attempts_with_cost;
  const isPartial = usage.cost_usd !== undefined && silent > 0;
  return `${figures.join(", ")}${isPartial ? ` or more: ${counted(silent, "attempt")} did not report a cost` : ""}`;
}
