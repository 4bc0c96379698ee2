/** The kinds of evidence for a dependency, the surest first. */
export const kinds = [
  "field",
  "graph",
  "statement",
  "mention",
  "interface",
  "created-file",
  "import",
  "symbol",
  "name",
  "scaffold",
  "wiring",
  "test-of",
  "shared-file",
  "first-task",
  "gate",
] as const;
export type Kind = (typeof kinds)[number];

/** Why a task waits for another. Tasks by their number in plan order, from 0. */
export interface Edge {
  /** The one that comes first. */
  readonly from: number;
  /** The one that waits. */
  readonly to: number;
  readonly kind: Kind;
  /** For people: what was found, in one line. */
  readonly detail: string;
}
