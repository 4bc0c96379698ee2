import { outcomeOf, taskSetup, waitsBefore } from "./task-setup.ts";

/**
 * One task from the start of a run to its end: pending → ready → working → done, failed or parked, or skipped or
 * cancelled; from working also to waiting, and from there back to ready for another attempt. The results of its
 * dependencies are assigned into context on entry to `ready`. A failed attempt is an outcome; a rejected actor is a
 * defect of the engine and settles the task as `error`.
 */
export const taskMachine = taskSetup.createMachine({
  id: "task",
  context: ({ input: { restored, ...input } }) => ({
    ...input,
    attempt: restored?.attempt ?? 0,
    retriesUsed: {},
    ranBeside: undefined,
    limitWaits: 0,
    starvations: 0,
    fixesUsed: 0,
    dependencies: [],
    alsoFinished: [],
    followUp: restored?.followUp,
    outcome: restored?.outcome,
    noFurtherAttempts: false,
  }),
  initial: "pending",
  states: {
    pending: {
      always: [
        { guard: "wasDone", target: "done" },
        { guard: "wasParked", target: "parked" },
        { guard: "wasFailed", target: "failed" },
        { guard: "wasSkipped", target: "skipped" },
        { guard: "wasCancelled", target: "cancelled" },
      ],
      on: {
        "task.ready": "ready",
        "task.skip": { target: "skipped", actions: "recordOutcome" },
        "task.cancel": { target: "cancelled", actions: "recordOutcome" },
      },
    },
    ready: {
      entry: "routeResults",
      on: {
        "task.start": "working",
        "task.skip": { target: "skipped", actions: "recordOutcome" },
        "task.cancel": { target: "cancelled", actions: "recordOutcome" },
      },
    },
    working: {
      initial: "running",
      on: {
        // The task settles once its processes have ended.
        "task.cancel": { actions: ["forbidFurtherAttempts", "endAttempt"] },
        "xstate.error.actor.*": { target: "failed", actions: ["recordDefect", "reportSettled"] },
      },
      states: {
        running: {
          entry: "countAttempt",
          invoke: {
            id: "attempt",
            src: "attempt",
            input: ({ context: { id, attempt, dependencies, alsoFinished, followUp } }) => ({
              id,
              attempt,
              dependencies,
              alsoFinished,
              followUp,
            }),
            onDone: [
              { guard: "needsVerification", target: "verifying", actions: "recordOutcome" },
              {
                guard: "wasCancelledUnverified",
                target: "#task.cancelled",
                actions: ["recordCancelled", "reportSettled"],
              },
              {
                guard: "isStarved",
                target: "#task.waiting",
                actions: ["countStarvation", "recordOutcome", "reportStarved"],
              },
              {
                guard: "isRateLimited",
                target: "#task.waiting",
                actions: ["recordOutcome", "countLimitWait"],
              },
              { guard: "canRetry", target: "#task.waiting", actions: ["countRetry", "recordOutcome"] },
              { guard: "isDone", target: "#task.done", actions: ["recordOutcome", "reportSettled"] },
              { guard: "isParked", target: "#task.parked", actions: ["recordOutcome", "reportSettled"] },
              {
                guard: "isCancelled",
                target: "#task.cancelled",
                actions: ["recordOutcome", "reportSettled"],
              },
              { target: "#task.failed", actions: ["recordOutcome", "reportSettled"] },
            ],
          },
        },
        verifying: {
          invoke: {
            id: "verify",
            src: "verify",
            input: ({ context }) => ({
              id: context.id,
              attempt: context.attempt,
              outcome: outcomeOf(context),
              starvations: context.starvations,
              isAgain: context.ranBeside !== undefined,
            }),
            onDone: [
              {
                guard: "isStarved",
                target: "verifying",
                reenter: true,
                actions: ["countStarvation", "reportStarved"],
              },
              { guard: "isDone", target: "#task.done", actions: ["recordOutcome", "reportSettled"] },
              { guard: "wasDisturbed", target: "awaitingOthers", actions: "recordOthers" },
              { guard: "canFix", target: "running", actions: ["recordOutcome", "requestFix"] },
              {
                guard: "canRetry",
                target: "#task.waiting",
                actions: ["countRetry", "recordOutcome", "startOver"],
              },
              {
                guard: "isCancelled",
                target: "#task.cancelled",
                actions: ["recordOutcome", "reportSettled"],
              },
              { target: "#task.failed", actions: ["recordOutcome", "reportSettled"] },
            ],
          },
        },
        // The outcome stays that of the attempt: it is verified a second time.
        awaitingOthers: {
          invoke: {
            id: "othersSettled",
            src: "othersSettled",
            input: ({ context }) => ({ id: context.id, others: context.ranBeside ?? [] }),
            onDone: "verifying",
          },
          on: {
            "task.cancel": { target: "#task.cancelled", actions: ["recordCancelled", "reportSettled"] },
          },
        },
      },
    },
    waiting: {
      entry: "reportWaiting",
      invoke: {
        id: "backoff",
        src: "backoff",
        input: ({ context }) => ({
          id: context.id,
          attempt: context.attempt,
          outcome: outcomeOf(context),
          count: waitsBefore(context),
        }),
        onDone: { target: "ready", actions: "requestRequeue" },
        onError: { target: "ready", actions: "requestRequeue" },
      },
      on: {
        "task.skip": { target: "skipped", actions: "recordOutcome" },
        "task.cancel": { target: "cancelled", actions: "recordOutcome" },
      },
    },
    parked: {
      on: { "task.answer": { target: "ready", actions: "recordAnswer" } },
    },
    done: { type: "final" },
    failed: { type: "final" },
    skipped: { type: "final" },
    cancelled: { type: "final" },
  },
});
