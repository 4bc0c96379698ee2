import { assign, fromPromise, sendParent, setup } from "xstate";
import type { DependencyResult } from "../schemas/dependency-result.ts";
import { isDone, isParked, type Outcome } from "../schemas/outcome.ts";

/** What a task brings along from an earlier part of its run: nothing, where it has not been tried yet. */
export interface Restored {
  /** The number of its last attempt. */
  readonly attempt: number;
  /** What it came to, where it is done, or still parked, and is not run again. */
  readonly outcome?: Outcome | undefined;
  /** The answer to the question that its last attempt ended with. */
  readonly followUp?: FollowUp | undefined;
}

export interface TaskInput {
  readonly id: string;
  /** How often a failure that may pass by itself is tried again. */
  readonly retries: number;
  /** How often a failing `verify` command goes back to the agent. */
  readonly fixes: number;
  /** Whether `verify` commands decide on what the agent has done. */
  readonly isVerified: boolean;
  readonly restored?: Restored | undefined;
}

/** Why an agent goes on where it stopped, in place of starting anew. */
export interface FollowUp {
  readonly kind: "answer" | "fix";
  /** A person's answer, or what the failing command said. */
  readonly text: string;
  /** The attempt that is gone on from, and its session where the engine keeps one. */
  readonly attempt: number;
  readonly session?: string | undefined;
}

export interface TaskContext extends Omit<TaskInput, "restored"> {
  /** The number of the attempt that runs or ran last, from 1; 0 before the first. */
  readonly attempt: number;
  /** How often it was tried again for a transient failure, put off by a limit, and sent back by a `verify` command. */
  readonly retried: number;
  readonly limited: number;
  readonly fixed: number;
  /** The results of the explicit dependencies, there from `ready` on. */
  readonly dependencies: readonly DependencyResult[];
  readonly followUp: FollowUp | undefined;
  readonly outcome: Outcome | undefined;
  /** The run is being cancelled: whatever the attempt comes to, there is no other. */
  readonly isLast: boolean;
}

/** What the orchestrator tells a task. */
export type TaskEvent =
  | { readonly type: "task.ready"; readonly dependencies: readonly DependencyResult[] }
  | { readonly type: "task.start" }
  | {
      readonly type: "task.answer";
      readonly text: string;
      readonly dependencies: readonly DependencyResult[];
    }
  | { readonly type: "task.skip"; readonly outcome: Outcome }
  | { readonly type: "task.cancel"; readonly outcome: Outcome };

/** What a task tells the orchestrator: its attempt, or the last of its attempts, came to this. */
export interface TaskSettled {
  readonly type: "task.settled";
  readonly task: string;
  readonly outcome: Outcome;
}

/** It gives its slot back and waits by itself, for another try; or it has waited, and is ready again. */
export interface TaskWaiting {
  readonly type: "task.waiting" | "task.again";
  readonly task: string;
}

/** What carries an attempt out; provided by whoever runs the machine. Its signal is aborted if the actor is stopped. */
export interface AttemptInput {
  readonly id: string;
  readonly attempt: number;
  readonly dependencies: readonly DependencyResult[];
  readonly followUp?: FollowUp | undefined;
}

/** What holds a finished attempt against the task's `verify` commands: gives the outcome as it is, or a failure. */
export interface VerifyInput {
  readonly id: string;
  readonly attempt: number;
  readonly outcome: Outcome;
}

/** What waits before the next try. How long is its own to say. */
export interface PauseInput {
  readonly id: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  /** Which wait of its kind this is, from 1. */
  readonly count: number;
}

const unprovided = (what: string) => () => Promise.reject(new Error(`no ${what} actor was provided`));

/** A task's vocabulary: what its chart is written in. */
export const taskSetup = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskEvent,
    input: {} as TaskInput,
  },
  actors: {
    attempt: fromPromise<Outcome, AttemptInput>(unprovided("attempt")),
    verify: fromPromise<Outcome, VerifyInput>(unprovided("verify")),
    pause: fromPromise<void, PauseInput>(unprovided("pause")),
  },
  guards: {
    wasDone: ({ context: { outcome } }) => outcome !== undefined && isDone(outcome.status),
    wasParked: ({ context: { outcome } }) => outcome !== undefined && isParked(outcome.status),
    mustBeVerified: ({ context }, outcome: Outcome) =>
      context.isVerified && isDone(outcome.status) && !context.isLast,
    /** Cancelled before its `verify` commands could decide: nobody knows whether it is done. */
    isUnverified: ({ context }, outcome: Outcome) => context.isVerified && isDone(outcome.status),
    isLimited: ({ context }, outcome: Outcome) => outcome.failure === "rate_limited" && !context.isLast,
    mayRetry: ({ context }, outcome: Outcome) =>
      outcome.failure === "transient" && context.retried < context.retries && !context.isLast,
    mayFix: ({ context }, outcome: Outcome) =>
      outcome.failure === "verify" && context.fixed < context.fixes && !context.isLast,
    isDone: (_, outcome: Outcome) => isDone(outcome.status),
    isParked: (_, outcome: Outcome) => isParked(outcome.status),
    isCancelled: (_, outcome: Outcome) => outcome.status === "cancelled",
  },
  actions: {
    routeResults: assign({
      dependencies: ({ context, event }) =>
        event.type === "task.ready" || event.type === "task.answer"
          ? event.dependencies
          : context.dependencies,
    }),
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    countRetry: assign({ retried: ({ context }) => context.retried + 1 }),
    countLimit: assign({ limited: ({ context }) => context.limited + 1 }),
    keepOutcome: assign({ outcome: (_, outcome: Outcome) => outcome }),
    sendBack: assign({
      fixed: ({ context }) => context.fixed + 1,
      followUp: ({ context }, outcome: Outcome): FollowUp => ({
        kind: "fix",
        text: outcome.feedback ?? outcome.reason ?? "a verify command failed",
        attempt: context.attempt,
        session: outcome.session_id,
      }),
    }),
    takeAnswer: assign({
      followUp: ({ context }, text: string): FollowUp => ({
        kind: "answer",
        text,
        attempt: context.attempt,
        session: context.outcome?.session_id,
      }),
      outcome: undefined,
    }),
    makeLast: assign({ isLast: true }),
    keepCancelled: assign({
      outcome: (_, outcome: Outcome): Outcome => ({
        ...outcome,
        status: "cancelled",
        reason: "cancelled before it was verified",
      }),
    }),
    /** Ends what the running attempt has started; provided by whoever runs the machine. */
    endAttempt: () => {},
    report: sendParent(({ context }: { context: TaskContext }) => ({
      type: "task.settled",
      task: context.id,
      outcome: context.outcome,
    })),
    reportWaiting: sendParent(({ context }: { context: TaskContext }) => ({
      type: "task.waiting",
      task: context.id,
    })),
    reportAgain: sendParent(({ context }: { context: TaskContext }) => ({
      type: "task.again",
      task: context.id,
    })),
  },
});
