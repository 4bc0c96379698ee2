import { type EngineName, traitsOf } from "../../schemas/engines.ts";
import type { Usage } from "../../schemas/outcome.ts";
import { addAttempt, nothingSpent, type Spent, usedUpBudget } from "../../schemas/usage.ts";
import type { JobOptions } from "../job/job.ts";

/** Adds up what a run's agents use, and says once when a limit is reached. */
export class Budget {
  spent: Spent = nothingSpent;

  constructor(
    private readonly limits: Pick<JobOptions, "maxTokens" | "maxCost">,
    /** Called once, when the first limit is reached. */
    private readonly onUsedUp: (reason: string) => void,
  ) {}

  /** Counts attempts of an earlier part of the run; the limits are checked after the next attempt. */
  restore(engine: EngineName, usages: readonly (Usage | undefined)[]): void {
    if (!traitsOf(engine).asksModel) return;
    for (const usage of usages) this.spent = addAttempt(this.spent, usage);
  }

  /** Counts one attempt. */
  add(engine: EngineName, usage: Usage | undefined): void {
    if (!traitsOf(engine).asksModel) return;
    const before = usedUpBudget(this.spent, this.limits);
    this.spent = addAttempt(this.spent, usage);
    const reason = usedUpBudget(this.spent, this.limits);
    if (reason !== undefined && before === undefined) this.onUsedUp(reason);
  }
}
