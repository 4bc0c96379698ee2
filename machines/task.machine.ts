import type { Outcome } from "../schemas/outcome.ts";
import { taskSetup } from "./task-setup.ts";

/** What an attempt, or its verification, came to: kept, and then told to the orchestrator. */
const output = { params: ({ event }: { event: { output: Outcome } }) => event.output } as const;
const keep = { type: "keepOutcome", ...output } as const;
const settles = <const Target extends string>(target: Target) =>
  ({ target, actions: [keep, "report"] }) as const;
const when = <const Guard extends string>(type: Guard) => ({ guard: { type, ...output } }) as const;
const defect = {
  target: "failed",
  actions: [
    {
      type: "keepOutcome",
      params: ({ event }: { event: { error: unknown } }): Outcome => ({
        status: "error",
        reason: `internal error: ${String(event.error)}`,
      }),
    },
    "report",
  ],
} as const;

/** Nothing of it runs, so that it is over at once. */
const given = {
  type: "keepOutcome",
  params: ({ event }: { event: { outcome: Outcome } }) => event.outcome,
} as const;
const closes = {
  "task.skip": { target: "skipped", actions: given },
  "task.cancel": { target: "cancelled", actions: given },
} as const;
/** Stays where it is: the attempt settles the task once its processes have ended. */
const endsFirst = { "task.cancel": { actions: ["makeLast", "endAttempt"] } } as const;

const none: Outcome = { status: "error" };

/**
 * One task, from the start of a run to its end: pending → ready → running → done | failed | parked, or skipped or
 * cancelled; from running also to verifying, and to waiting and back to ready for another try. Its dependencies'
 * results are routed into its context on entry to `ready`. A failed attempt is an outcome; a rejected one is a defect
 * of the engine and settles the task as `error`.
 */
export const taskMachine = taskSetup.createMachine({
  id: "task",
  context: ({ input: { restored, ...input } }) => ({
    ...input,
    attempt: restored?.attempt ?? 0,
    retried: 0,
    limited: 0,
    fixed: 0,
    dependencies: [],
    followUp: restored?.followUp,
    outcome: restored?.outcome,
    isLast: false,
  }),
  initial: "pending",
  states: {
    pending: {
      always: [
        { guard: "wasDone", target: "done" },
        { guard: "wasParked", target: "parked" },
      ],
      on: { "task.ready": { target: "ready" }, ...closes },
    },
    ready: {
      entry: "routeResults",
      on: { "task.start": { target: "running" }, ...closes },
    },
    running: {
      entry: "countAttempt",
      invoke: {
        src: "attempt",
        input: ({ context: { id, attempt, dependencies, followUp } }) => ({
          id,
          attempt,
          dependencies,
          followUp,
        }),
        onDone: [
          { ...when("mustBeVerified"), target: "verifying", actions: keep },
          {
            ...when("isUnverified"),
            target: "cancelled",
            actions: [{ type: "keepCancelled", ...output }, "report"],
          },
          { ...when("isLimited"), target: "waiting", actions: [keep, "countLimit"] },
          { ...when("mayRetry"), target: "waiting", actions: [keep, "countRetry"] },
          { ...when("isDone"), ...settles("done") },
          { ...when("isParked"), ...settles("parked") },
          { ...when("isCancelled"), ...settles("cancelled") },
          settles("failed"),
        ],
        onError: defect,
      },
      on: endsFirst,
    },
    verifying: {
      invoke: {
        src: "verify",
        input: ({ context: { id, attempt, outcome } }) => ({ id, attempt, outcome: outcome ?? none }),
        onDone: [
          { ...when("isDone"), ...settles("done") },
          { ...when("mayFix"), target: "running", actions: [keep, { type: "sendBack", ...output }] },
          { ...when("isCancelled"), ...settles("cancelled") },
          settles("failed"),
        ],
        onError: defect,
      },
      on: endsFirst,
    },
    waiting: {
      entry: "reportWaiting",
      invoke: {
        src: "pause",
        input: ({ context: { id, attempt, outcome = none, retried, limited } }) => ({
          id,
          attempt,
          outcome,
          count: outcome.failure === "rate_limited" ? limited : retried,
        }),
        onDone: { target: "ready", actions: "reportAgain" },
        onError: { target: "ready", actions: "reportAgain" },
      },
      on: closes,
    },
    parked: {
      on: {
        "task.answer": {
          target: "ready",
          actions: { type: "takeAnswer", params: ({ event }) => event.text },
        },
      },
    },
    done: { type: "final" },
    failed: { type: "final" },
    skipped: { type: "final" },
    cancelled: { type: "final" },
  },
});
