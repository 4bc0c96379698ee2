import type { Usage } from "./outcome.ts";

/** What attempts have used, added up. A figure that nobody reports is absent, and never zero. */
export interface Spent {
  /** Of the attempts that report it. */
  readonly usage: Usage;
  /** How many attempts of agents there were, and how many of them reported tokens, and cost. */
  readonly attempts: number;
  readonly withTokens: number;
  readonly withCost: number;
}

export const nothingSpent: Spent = { usage: {}, attempts: 0, withTokens: 0, withCost: 0 };

/** With one more attempt of an agent. */
export function spend(spent: Spent, usage: Usage | undefined): Spent {
  return {
    usage: usage ? totalUsage([spent.usage, usage]) : spent.usage,
    attempts: spent.attempts + 1,
    withTokens: spent.withTokens + (usage && tokensOf(usage) !== undefined ? 1 : 0),
    withCost: spent.withCost + (usage?.cost_usd === undefined ? 0 : 1),
  };
}

/** Figures added up, each over those that report it. */
export function totalUsage(usages: readonly Usage[]): Usage {
  const total: Record<string, number> = {};
  for (const usage of usages) {
    for (const [figure, value] of Object.entries(usage)) {
      if (value !== undefined) total[figure] = (total[figure] ?? 0) + value;
    }
  }
  return total;
}

/** Tokens in and out; nothing where neither is reported. */
export const tokensOf = ({ input_tokens, output_tokens }: Usage): number | undefined =>
  input_tokens === undefined && output_tokens === undefined
    ? undefined
    : (input_tokens ?? 0) + (output_tokens ?? 0);

/** Why a budget is used up; nothing while it is not. What is unknown counts against none. */
export function usedUp(
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
