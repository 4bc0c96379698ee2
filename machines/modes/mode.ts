import type { Manifest, Mode } from "../../schemas/manifest.ts";
import type { OrchestratorContext, orchestratorSetup } from "../orchestrator-setup.ts";
import type { TaskGraph } from "../schedule/graph.ts";
import type { Order } from "../schedule/order.ts";

type Facts = Pick<OrchestratorContext, "spec" | "schedule">;

/** The questions that the orchestrator's transitions ask of a mode. Total and pure. */
export interface ModeGuards {
  /** May one more task run beside those that do? */
  readonly hasSlot: (facts: Facts) => boolean;
  /** Does a task that failed, or was skipped, take what depends on it with it? */
  readonly skipsDependents: (facts: Facts) => boolean;
  /** Has every task of the batch settled, with another batch behind it? */
  readonly batchHasSettled: (facts: Facts) => boolean;
  /** Must a person say so before the next batch opens? */
  readonly awaitsApproval: (facts: Facts) => boolean;
}

type StateConfig = Parameters<typeof orchestratorSetup.createStateConfig>[0];
type Always = Extract<NonNullable<StateConfig["always"]>, readonly unknown[]>[number];

/** One execution mode: how it orders tasks, its guards, and the transitions and states that only it has. */
export interface ModeConfig {
  readonly name: Mode;
  /** What waits for what. */
  readonly order: (graph: TaskGraph, barriers: Manifest["stage_barriers"]) => Order;
  /** Which of several ready tasks starts first. */
  readonly first: "longest-chain" | "plan-order";
  /** What a barrier asks of the tasks behind it: that they passed, or just that they settled. */
  readonly barrierOpensWhen: "passed" | "settled";
  readonly guards: ModeGuards;
  /** Tried in `dispatching` when no task can start. */
  readonly transitions: readonly Always[];
  readonly states: Readonly<Record<string, StateConfig>>;
}
