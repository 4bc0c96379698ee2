/** One task of a markdown plan. */
export interface PlanTask {
  /** `task-` and its number in lower case: `task-3`, `task-1.2`, `task-a1`; `task-3-2` for a second task 3. */
  readonly id: string;
  /** As the plan writes it: `3`, `1.2`, `A1`. */
  readonly number: string;
  /** One line of plain text. */
  readonly title: string;
  /** Its own part of the plan, from its heading on, exactly as written. */
  readonly section: string;
  /** Paths that it says it writes, as written but for line ranges; globs are possible. */
  readonly files: readonly string[];
  /** Where its heading stands; lines count from 1. */
  readonly line: number;
}

/** A markdown plan, as far as a run needs it. */
export interface Plan {
  /** Absolute path. */
  readonly file: string;
  /** Its first heading of level 1. */
  readonly title?: string;
  /** In the order of the plan. */
  readonly tasks: readonly PlanTask[];
}
