import type { Usage } from "./outcome.ts";

/** The total usage of several attempts of agents. */
export interface Spent {
  /** The sum of each figure, over the attempts that report it; absent if none does. */
  readonly usage: Usage;
  readonly attempts: number;
  /** How many of the attempts reported their cost. */
  readonly withCost: number;
}

export const nothingSpent: Spent = { usage: {}, attempts: 0, withCost: 0 };

/** Adds one more attempt of an agent. */
export const addAttempt = (spent: Spent, usage: Usage = {}): Spent => ({
  usage: totalUsage([spent.usage, usage]),
  attempts: spent.attempts + 1,
  withCost: spent.withCost + (usage.cost_usd === undefined ? 0 : 1),
});

/** Adds up each figure over the usages that have it. */
export function totalUsage(usages: readonly Usage[]): Usage {
  const total: Record<string, number> = {};
  for (const usage of usages) {
    for (const [figure, value] of Object.entries(usage)) {
      if (value !== undefined) total[figure] = (total[figure] ?? 0) + value;
    }
  }
  return total;
}

/** The tokens in and out; undefined if neither is reported. */
export const tokensOf = ({ input_tokens, output_tokens }: Usage): number | undefined =>
  input_tokens === undefined && output_tokens === undefined
    ? undefined
    : (input_tokens ?? 0) + (output_tokens ?? 0);

/** Says which budget is used up. Returns undefined if none is; unknown figures count as nothing. */
export function usedUpBudget(
  { usage }: Spent,
  { maxTokens, maxCost }: { readonly maxTokens?: number | undefined; readonly maxCost?: number | undefined },
): string | undefined {
  const tokens = tokensOf(usage) ?? 0;
  if (maxTokens !== undefined && tokens >= maxTokens) return `${tokens} of ${maxTokens} tokens are used`;
  const cost = usage.cost_usd ?? 0;
  if (maxCost !== undefined && cost >= maxCost)
    return `$${cost.toFixed(2)} of $${maxCost.toFixed(2)} are spent`;
  return undefined;
}
