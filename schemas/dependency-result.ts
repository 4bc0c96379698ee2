import type { Outcome } from "./outcome.ts";

/** What a task gets of one of its explicit dependencies. */
export interface DependencyResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: Outcome;
}
