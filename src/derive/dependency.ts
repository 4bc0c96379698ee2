/** A dependency between two tasks. Tasks are numbered from 0 in plan order. */
export interface Dependency {
  /** The task that comes first. */
  readonly from: number;
  /** The task that waits. */
  readonly to: number;
  /** The evidence in one line: about `from`, with `to` as "this task". Quotes hold the plan's own words. */
  readonly detail: string;
}
