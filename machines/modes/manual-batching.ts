import { batchesOf, ordered } from "../schedule/graph.ts";
import { openBarrier } from "../schedule/schedule.ts";
import { nextBatch } from "../steps.ts";
import { commonMode, type ModeConfig } from "./mode.ts";

/**
 * Batches in order: the next one opens once every task of the one before has settled, passed or not, and with `pause`
 * only after a person approves it. A failure skips what depends on it by name; the rest of the next batch still runs.
 */
export const manualBatching: ModeConfig = {
  ...commonMode,
  name: "manual-batching",
  isBatched: true,
  stepWord: "batch",
  order: (graph) => ordered(graph, batchesOf(graph), () => true),
  reliesOnStages: false,
  guards: {
    ...commonMode.guards,
    batchHasSettled: ({ schedule }) => schedule.pendingBarrier !== undefined,
    // There is nothing to approve if every task of the next batch was skipped.
    awaitsApproval: ({ schedule, spec }) => spec.pause && openBarrier(spec, schedule).ready.length > 0,
  },
  transitions: [
    { guard: "awaitsApproval", target: "awaitingApproval" },
    { guard: "batchHasSettled", actions: "openBatch" },
  ],
  states: {
    // Leaving the state stops the actor, which withdraws the question.
    awaitingApproval: {
      invoke: {
        id: "approveBatch",
        src: "approveBatch",
        input: ({ context }) => ({ next: nextBatch(context) }),
        onDone: [
          { guard: "isApproved", target: "dispatching", actions: "openBatch" },
          { target: "cancelling", actions: "declineBatch" },
        ],
        onError: { target: "cancelling", actions: "declineBatch" },
      },
    },
  },
};
