import type { Mode } from "../schemas/manifest.ts";
import { modeConfigs } from "./modes/modes.ts";
import { initialContext } from "./orchestrator-context.ts";
import { orchestratorSetup } from "./orchestrator-setup.ts";
import { openQuestions } from "./steps.ts";

/**
 * The machine that runs a manifest in one mode: the chart that all modes share, plus what the mode adds to it. It
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
        { guard: "isStale" },
        { guard: "releasesDependents", actions: "settleAndRelease" },
        { guard: "skipsDependents", actions: ["settleAndSkip", "withholdEngine"] },
        { actions: ["settleAndHold", "withholdEngine"] },
      ],
      // The task then waits, or tries again to be verified.
      "task.starved": { guard: "isRunning", actions: "throttle" },
      "task.waiting": { guard: "isRunning", actions: "defer" },
      "task.requeue": { guard: "isWaiting", actions: "requeue" },
      // Leaves `awaitingApproval` too: the settled batch is open again.
      "task.answer": { guard: "isParked", target: ".dispatching", actions: "passAnswer" },
      "question.dismissed": { actions: "dismissQuestion" },
      "run.withhold": { target: ".dispatching", actions: "withhold" },
      "run.cancel": { target: ".cancelling", actions: "cancelAll" },
    },
    states: {
      dispatching: {
        always: [
          { guard: "mayStartOne", actions: "startNext" },
          ...config.transitions,
          { guard: "awaitsAnswers", target: "awaitingAnswers" },
          { guard: "nothingRuns", target: "settled", actions: "skipRest" },
        ],
      },
      // Leaving the state stops the actor, which withdraws the questions.
      awaitingAnswers: {
        invoke: {
          id: "askQuestions",
          src: "askQuestions",
          input: ({ context }) => ({ questions: openQuestions(context) }),
          onDone: [
            { guard: "hasAnswers", target: "dispatching", actions: "passAnswers" },
            { target: "settled", actions: "skipRest" },
          ],
          onError: { target: "settled", actions: "skipRest" },
        },
      },
      ...config.states,
      cancelling: {
        on: {
          "run.cancel": {},
          "run.withhold": {},
          "task.answer": {},
          // It began to wait before it heard of the cancellation.
          "task.waiting": { guard: "isRunning", actions: ["defer", "cancelDeferred"] },
        },
        // Everything that has not started is settled already; running tasks report once their processes have ended.
        always: { guard: "nothingRuns", target: "settled" },
      },
      settled: {
        entry: "announceEnd",
        on: { "run.cancel": {}, "run.withhold": {}, "task.answer": {} },
      },
    },
  });
}
