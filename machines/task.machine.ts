import { assign, fromPromise, sendParent, setup } from "xstate";
import { isDone, isParked, type Outcome } from "../schemas/outcome.ts";
import type { DependencyResult } from "../schemas/routing.ts";

export interface TaskInput {
  readonly id: string;
  /** How often a failure that may pass by itself is tried again. */
  readonly retries: number;
}

export interface TaskContext extends TaskInput {
  /** The number of the attempt that runs or ran last, from 1; 0 before the first. */
  readonly attempt: number;
  /** The results of the explicit dependencies, there from `ready` on. */
  readonly dependencies: readonly DependencyResult[];
  readonly outcome: Outcome | undefined;
}

/** What the orchestrator tells a task. */
export type TaskEvent =
  | { readonly type: "task.ready"; readonly dependencies: readonly DependencyResult[] }
  | { readonly type: "task.start" }
  | { readonly type: "task.skip"; readonly outcome: Outcome }
  | { readonly type: "task.cancel"; readonly outcome: Outcome };

/** What a task tells the orchestrator: its attempt, or the last of its attempts, came to this. */
export interface TaskSettled {
  readonly type: "task.settled";
  readonly task: string;
  readonly outcome: Outcome;
}

/** What carries an attempt out; provided by whoever runs the machine. Its signal is aborted if the actor is stopped. */
export interface AttemptInput {
  readonly id: string;
  readonly attempt: number;
  readonly dependencies: readonly DependencyResult[];
}

const attempt = fromPromise<Outcome, AttemptInput>(() =>
  Promise.reject(new Error("no attempt actor was provided")),
);

/**
 * One task, from the start of a run to its end: pending → ready → running → done | failed | parked, or skipped or
 * cancelled. Its dependencies' results are routed into its context on entry to `ready`. A failed attempt is an
 * outcome; a rejected one is a defect of the engine and settles the task as `error`.
 */
export const taskMachine = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskEvent,
    input: {} as TaskInput,
  },
  actors: { attempt },
  guards: {
    mayRetry: ({ context }, outcome: Outcome) =>
      outcome.failure === "transient" && context.attempt <= context.retries,
    isDone: (_, outcome: Outcome) => isDone(outcome.status),
    isParked: (_, outcome: Outcome) => isParked(outcome.status),
    isCancelled: (_, outcome: Outcome) => outcome.status === "cancelled",
  },
  actions: {
    routeResults: assign({
      dependencies: ({ context, event }) =>
        event.type === "task.ready" ? event.dependencies : context.dependencies,
    }),
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    keepOutcome: assign({ outcome: (_, outcome: Outcome) => outcome }),
    /** Ends what the running attempt has started; provided by whoever runs the machine. */
    endAttempt: () => {},
    report: sendParent(({ context }: { context: TaskContext }) => ({
      type: "task.settled",
      task: context.id,
      outcome: context.outcome,
    })),
  },
}).createMachine({
  id: "task",
  context: ({ input }) => ({ ...input, attempt: 0, dependencies: [], outcome: undefined }),
  initial: "pending",
  states: {
    pending: {
      on: {
        "task.ready": { target: "ready" },
        "task.skip": {
          target: "skipped",
          actions: { type: "keepOutcome", params: ({ event }) => event.outcome },
        },
        "task.cancel": {
          target: "cancelled",
          actions: { type: "keepOutcome", params: ({ event }) => event.outcome },
        },
      },
    },
    ready: {
      entry: "routeResults",
      on: {
        "task.start": { target: "running" },
        "task.cancel": {
          target: "cancelled",
          actions: { type: "keepOutcome", params: ({ event }) => event.outcome },
        },
      },
    },
    running: {
      entry: "countAttempt",
      invoke: {
        src: "attempt",
        input: ({ context: { id, attempt, dependencies } }) => ({ id, attempt, dependencies }),
        onDone: [
          {
            guard: { type: "mayRetry", params: ({ event }) => event.output },
            target: "running",
            reenter: true,
          },
          {
            guard: { type: "isDone", params: ({ event }) => event.output },
            target: "done",
            actions: [{ type: "keepOutcome", params: ({ event }) => event.output }, "report"],
          },
          {
            guard: { type: "isParked", params: ({ event }) => event.output },
            target: "parked",
            actions: [{ type: "keepOutcome", params: ({ event }) => event.output }, "report"],
          },
          {
            guard: { type: "isCancelled", params: ({ event }) => event.output },
            target: "cancelled",
            actions: [{ type: "keepOutcome", params: ({ event }) => event.output }, "report"],
          },
          {
            target: "failed",
            actions: [{ type: "keepOutcome", params: ({ event }) => event.output }, "report"],
          },
        ],
        onError: {
          target: "failed",
          actions: [
            {
              type: "keepOutcome",
              params: ({ event }) => ({ status: "error", reason: `internal error: ${String(event.error)}` }),
            },
            "report",
          ],
        },
      },
      // Stays here: the attempt settles the task once its processes have ended.
      on: { "task.cancel": { actions: "endAttempt" } },
    },
    done: { type: "final" },
    failed: { type: "final" },
    skipped: { type: "final" },
    cancelled: { type: "final" },
    parked: {},
  },
});
