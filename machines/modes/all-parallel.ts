import { unordered } from "../schedule/graph.ts";
import type { ModeConfig } from "./mode.ts";

/** Everything at once, `max_parallel` at a time: nothing waits for anything, and a failure touches no other task. */
export const allParallel: ModeConfig = {
  name: "all-parallel",
  order: (graph) => unordered(graph),
  first: "plan-order",
  barrierOpensWhen: "passed",
  guards: {
    hasSlot: ({ schedule, spec }) => schedule.running.length < spec.maxParallel,
    skipsDependents: () => false,
    batchHasSettled: () => false,
    awaitsApproval: () => false,
  },
  transitions: [],
  states: {},
};
