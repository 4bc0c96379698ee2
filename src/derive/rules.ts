import type { Plan } from "../../schemas/plan.ts";
import type { Dependency } from "./dependency.ts";
import { findClosingTasks } from "./inferred/closing-tasks.ts";
import { findCreatedFiles } from "./inferred/created-files.ts";
import { findIdentifiers } from "./inferred/identifiers.ts";
import { findImports } from "./inferred/imports.ts";
import { findInterfaces } from "./inferred/interfaces.ts";
import { findMentions } from "./inferred/mentions.ts";
import { findFirstTask, findScaffolding } from "./inferred/scaffolding.ts";
import { findSharedFiles } from "./inferred/shared-files.ts";
import { findSymbolUses } from "./inferred/symbol-uses.ts";
import type { TaskEvidence } from "./inferred/task-evidence.ts";
import { findTestedTasks, findWiring } from "./inferred/title-words.ts";
import { readFields } from "./stated/fields.ts";
import { readGraphs } from "./stated/graphs.ts";
import type { References } from "./stated/references.ts";
import type { StatedOrder } from "./stated/stated-order.ts";
import { readStatements } from "./stated/statements.ts";
import { readTables } from "./stated/tables.ts";

/** Reads one form in which a plan states its order. */
type Reading = (plan: Plan, references: References) => StatedOrder;
/** Finds one kind of evidence in the tasks' texts. Only dependencies on earlier tasks count, and each only once. */
export type Inference = (tasks: readonly TaskEvidence[], references: References) => Dependency[];

// All rules with the kind of evidence that each gives, most reliable first: of contradicting dependencies, the first
// wins. A new rule is one file and one line here.

/** Read what the plan itself states about its order. */
export const statedRules = [
  { kind: "field", read: readFields },
  { kind: "graph", read: readGraphs },
  { kind: "statement", read: readStatements },
  { kind: "statement", read: readTables },
] as const satisfies readonly { kind: string; read: Reading }[];

/** Infer from the tasks' texts what each task needs. */
export const inferenceRules = [
  { kind: "mention", find: findMentions },
  { kind: "interface", find: findInterfaces },
  { kind: "created-file", find: findCreatedFiles },
  { kind: "import", find: findImports },
  { kind: "symbol", find: findSymbolUses },
  { kind: "name", find: findIdentifiers },
  { kind: "scaffold", find: findScaffolding },
  { kind: "wiring", find: findWiring },
  { kind: "test-of", find: findTestedTasks },
  { kind: "shared-file", find: findSharedFiles },
] as const satisfies readonly { kind: string; find: Inference }[];

/** Place tasks without knowing what they need. Only edges that do not follow from others are added. */
export const fallbackRules = {
  firstTask: { kind: "first-task", find: findFirstTask },
  closing: { kind: "gate", find: findClosingTasks },
} as const satisfies Record<string, { kind: string; find: Inference }>;

type Rule =
  | (typeof statedRules | typeof inferenceRules)[number]
  | (typeof fallbackRules)[keyof typeof fallbackRules];

/** The kinds of evidence for a dependency. */
export type Kind = Rule["kind"];

/** A dependency with the kind of evidence for it. */
export interface Edge extends Dependency {
  readonly kind: Kind;
}

/** Whether an edge only places a task: it does not say that `to` needs the work of `from`. */
export const isFallback = ({ kind }: Edge): boolean =>
  Object.values(fallbackRules).some((rule) => rule.kind === kind);
