import type { Outcome, Status } from "./outcome.ts";

/** The result of an explicit dependency, as the task that depends on it gets it. */
export interface DependencyResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: Outcome;
}

/** A task behind a barrier, as a task that waited for it without naming it gets it. */
export interface FinishedTask {
  readonly id: string;
  readonly title: string;
  readonly status: Status;
}
