import { orchestratorSetup } from "../orchestrator-setup.ts";
import { batchesOf, ordered } from "../schedule/graph.ts";
import { openGate } from "../schedule/schedule.ts";
import type { ModeConfig } from "./mode.ts";

/**
 * Batches in order: the next one opens when the whole one before it has settled, passed or not, and with `pause`
 * only after a person says so. A failure skips what depends on it by name; the rest of the next batch still runs.
 */
export const manualBatching: ModeConfig = {
  name: "manual-batching",
  order: (graph) => ordered(graph, batchesOf(graph), () => true),
  first: "longest-chain",
  barrierOpensWhen: "settled",
  guards: {
    hasSlot: ({ schedule, spec }) => schedule.running.length < spec.maxParallel,
    skipsDependents: () => true,
    batchHasSettled: ({ schedule }) => schedule.gate !== undefined,
    // Of a batch that was skipped whole there is nothing to ask.
    awaitsApproval: ({ schedule, spec }) => spec.pause && openGate(spec, schedule).ready.length > 0,
  },
  transitions: [
    { guard: "awaitsApproval", target: "held" },
    { guard: "batchHasSettled", actions: "openBatch" },
  ],
  states: {
    held: orchestratorSetup.createStateConfig({
      entry: "announceHeldBatch",
      on: { "batch.approved": { target: "dispatching", actions: "openBatch" } },
    }),
  },
};
