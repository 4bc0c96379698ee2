import type { Dependency } from "../dependency.ts";

/** What a part of a plan states about its order. Tasks are numbered from 0 in plan order. */
export interface StatedOrder {
  readonly dependencies?: readonly Dependency[];
  /** Tasks whose dependencies are all stated: nothing is inferred for them. */
  readonly settled?: Iterable<number>;
  /** Tasks put into an order or beside the first task: they need not wait for it. */
  readonly placed?: Iterable<number>;
  /** Tasks shown in a graph. */
  readonly drawn?: Iterable<number>;
  readonly unusedFields?: readonly UnusedField[];
}

/** A field of a task, such as `**Depends on:**`, that cannot be used in whole or in part. */
export interface UnusedField {
  readonly task: number;
  /** The field names something that is not a task of the plan, nothing that can be read, or the task itself. */
  readonly reason: "unknown" | "unread" | "self";
  /** The unusable parts as written. */
  readonly values: readonly string[];
  /** Line in the plan, counted from 1. */
  readonly line: number;
}

/** Everything that the parts state together. */
export const mergeStated = (parts: readonly StatedOrder[]) => ({
  dependencies: parts.flatMap(({ dependencies = [] }) => dependencies),
  settled: new Set(parts.flatMap(({ settled = [] }) => [...settled])),
  placed: new Set(parts.flatMap(({ placed = [] }) => [...placed])),
  drawn: new Set(parts.flatMap(({ drawn = [] }) => [...drawn])),
  unusedFields: parts.flatMap(({ unusedFields = [] }) => unusedFields),
});
