import type { Outcome, Status } from "./outcome.ts";

/** What a task gets of one of its explicit dependencies. */
export interface DependencyResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: Outcome;
}

/** What a task gets of a task that it waited for without naming it: one behind a barrier. */
export interface FinishedTask {
  readonly id: string;
  readonly title: string;
  readonly status: Status;
}
