import type { Mode } from "../schemas/manifest.ts";
import { modeConfigs } from "./modes/modes.ts";
import { initialContext, orchestratorSetup } from "./orchestrator-setup.ts";

/**
 * The machine that runs a manifest in one mode: the chart that all modes share, and what the mode adds to it. It
 * spawns an actor for every task at the start and never reaches a final state of its own: a final root would stop
 * every settled child one by one, which costs more than the run (20 s at 10 000 tasks). Input: `{spec}`.
 */
export function orchestratorMachine(mode: Mode) {
  const config = modeConfigs[mode];
  return orchestratorSetup.createMachine({
    id: "orchestrator",
    context: ({ input }) => initialContext(input.spec),
    entry: ["spawnTasks", "announceReady"],
    initial: "dispatching",
    on: {
      "task.settled": [
        { guard: { type: "isStale", params: ({ event }) => event } },
        {
          guard: { type: "releasesDependents", params: ({ event }) => event },
          actions: { type: "settle", params: ({ event }) => ({ settled: event, effect: "release" }) },
        },
        {
          guard: { type: "skipsDependents", params: ({ event }) => event },
          actions: [
            { type: "settle", params: ({ event }) => ({ settled: event, effect: "skip" }) },
            { type: "withholdEngine", params: ({ event }) => event },
          ],
        },
        {
          actions: [
            { type: "settle", params: ({ event }) => ({ settled: event, effect: "hold" }) },
            { type: "withholdEngine", params: ({ event }) => event },
          ],
        },
      ],
      "task.waiting": {
        guard: { type: "isRunning", params: ({ event }) => event.task },
        actions: { type: "putOff", params: ({ event }) => event.task },
      },
      "task.again": {
        guard: { type: "isWaiting", params: ({ event }) => event.task },
        actions: { type: "takeBack", params: ({ event }) => event.task },
      },
      "task.answer": {
        guard: { type: "isParked", params: ({ event }) => event.task },
        // Out of `held` too: the batch that has settled is open again.
        target: ".dispatching",
        actions: [
          { type: "passAnswer", params: ({ event }) => event },
          { type: "takeBack", params: ({ event }) => event.task },
        ],
      },
      "run.withhold": {
        target: ".dispatching",
        actions: { type: "withhold", params: ({ event }) => event },
      },
      "run.cancel": {
        target: ".cancelling",
        actions: { type: "cancelAll", params: ({ event }) => event.reason },
      },
    },
    states: {
      dispatching: {
        always: [
          { guard: "mayStartOne", actions: "startNext" },
          ...config.transitions,
          { guard: "awaitsAnswers", target: "attending" },
          { guard: "nothingRuns", target: "settled", actions: "skipRest" },
        ],
      },
      attending: {
        entry: "announceQuestions",
        on: { "questions.left": { target: "settled", actions: "skipRest" } },
      },
      ...config.states,
      cancelling: {
        // Everything that has not started is settled already; what runs reports once its processes have ended.
        on: {
          "run.cancel": {},
          "run.withhold": {},
          "task.answer": {},
          // It began to wait before it heard of the cancel.
          "task.waiting": {
            guard: { type: "isRunning", params: ({ event }) => event.task },
            actions: [
              { type: "putOff", params: ({ event }) => event.task },
              { type: "closePutOff", params: ({ event }) => event.task },
            ],
          },
        },
        always: { guard: "nothingRuns", target: "settled" },
      },
      settled: {
        entry: "announceEnd",
        on: { "run.cancel": {}, "run.withhold": {}, "task.answer": {} },
      },
    },
  });
}
