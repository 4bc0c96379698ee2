import { type EngineName, traitsOf } from "../../schemas/engines.ts";
import type { Usage } from "../../schemas/outcome.ts";
import { addAttempt, nothingSpent, type Spent, usedUpBudget } from "../../schemas/usage.ts";
import type { RunState } from "../history/run-state.ts";
import type { JobOptions, JobTask } from "../job/job.ts";

/** Adds up what a run's agents use, and says once when a limit is reached. */
export class Budget {
  private spent: Spent = nothingSpent;

  constructor(
    private readonly limits: Pick<JobOptions, "maxTokens" | "maxCost">,
    /** Called once, when the first limit is reached. */
    private readonly onUsedUp: (reason: string) => void,
  ) {}

  /** The sum, as events and reports have it. */
  get total() {
    const { usage, attempts, withCost } = this.spent;
    return { usage, agent_attempts: attempts, attempts_with_cost: withCost };
  }

  /** Counts the attempts of an earlier part of the run; the limits are checked after the next attempt. */
  restore(tasks: readonly JobTask[], history: RunState): void {
    for (const { task, engine } of tasks) {
      if (!traitsOf(engine).asksModel) continue;
      const { attempts = [] } = history.task(task.id) ?? {};
      for (const { outcome } of attempts) this.spent = addAttempt(this.spent, outcome?.usage);
    }
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
