import { stageOrder } from "../schedule/graph.ts";
import type { ModeConfig } from "./mode.ts";

/** One task at a time: of those that wait for nothing any more, the first in the plan. */
export const allSequential: ModeConfig = {
  name: "all-sequential",
  order: stageOrder,
  first: "plan-order",
  barrierOpensWhen: "passed",
  guards: {
    hasSlot: ({ schedule }) => schedule.running.length + schedule.waiting.length === 0,
    skipsDependents: () => true,
    batchHasSettled: () => false,
    awaitsApproval: () => false,
  },
  transitions: [],
  states: {},
};
