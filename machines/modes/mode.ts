import type { orchestratorSetup } from "../orchestrator-setup.ts";
import { stageOrder } from "../schedule/graph.ts";
import { chainLengths } from "../schedule/order.ts";
import type { ModeRules } from "../schedule/types.ts";

type StateConfig = Parameters<typeof orchestratorSetup.createStateConfig>[0];
type Always = Extract<NonNullable<StateConfig["always"]>, readonly unknown[]>[number];

/** One execution mode: its scheduling rules, and the transitions and states that only it adds to the chart. */
export interface ModeConfig extends ModeRules {
  /** Tried in `dispatching` when no task can start. */
  readonly transitions: readonly Always[];
  readonly states: Readonly<Record<string, StateConfig>>;
}

/**
 * What a mode does unless its own file says otherwise: order tasks by dependencies and stage barriers, run up to
 * `max_parallel` of them, longest remaining chain first, and skip what depends on a failure. Data and pure functions
 * only, so that a page can import every mode without XState.
 */
export const commonMode = {
  usesDependencies: true,
  isSequential: false,
  isBatched: false,
  stepWord: "wave",
  order: stageOrder,
  priorities: (_, order) => chainLengths(order),
  reliesOnStages: true,
  guards: {
    hasSlot: ({ schedule, spec }) => schedule.running.length < spec.maxParallel,
    skipsDependents: () => true,
    batchHasSettled: () => false,
    awaitsApproval: () => false,
  },
  transitions: [],
  states: {},
} as const satisfies Omit<ModeConfig, "name">;
