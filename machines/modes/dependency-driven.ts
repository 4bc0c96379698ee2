import { stageOrder } from "../schedule/graph.ts";
import type { ModeConfig } from "./mode.ts";

/** A task starts the moment the last thing it waits for has passed; of several, the one with the longest chain behind it. */
export const dependencyDriven: ModeConfig = {
  name: "dependency-driven",
  order: stageOrder,
  first: "longest-chain",
  barrierOpensWhen: "passed",
  guards: {
    hasSlot: ({ schedule, spec }) => schedule.running.length < spec.maxParallel,
    skipsDependents: () => true,
    batchHasSettled: () => false,
    awaitsApproval: () => false,
  },
  transitions: [],
  states: {},
};
