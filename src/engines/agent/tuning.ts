import type { Tuning } from "../../../schemas/config.ts";
import type { Tier } from "../../../schemas/manifest.ts";

/** What an agent's configuration says of its model and effort. */
export interface Tuned {
  readonly model?: string | undefined;
  /** By tier: a model in place of `model`, and an effort in place of the tier's own. */
  readonly tiers?: Readonly<Record<Tier, Tuning>> | undefined;
}

/** Returns the model and effort for a task of a tier; an undefined model is the agent's own choice. */
export function tuningOf({ model, tiers }: Tuned, tier: Tier) {
  const tuning = tiers?.[tier];
  return { model: tuning?.model ?? model, effort: tuning?.effort ?? (tier === "fast" ? "low" : "high") };
}
