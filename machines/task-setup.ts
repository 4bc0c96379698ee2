import { assign, fromPromise, sendParent, setup } from "xstate";
import type { DependencyResult, FinishedTask } from "../schemas/dependency-result.ts";
import type { Retries } from "../schemas/manifest.ts";
import { isDone, isParked, type Outcome } from "../schemas/outcome.ts";
import { countRetries, type RetriesUsed, retryClassFor } from "./retries.ts";

/** What a task brings along from an earlier part of its run. */
export interface Restored {
  /** The number of its last attempt. */
  readonly attempt: number;
  /** Its outcome, if it has settled or is parked and does not run again. */
  readonly outcome?: Outcome | undefined;
  /** The answer to the question that its last attempt ended with. */
  readonly followUp?: FollowUp | undefined;
}

export interface TaskInput {
  readonly id: string;
  /** How many times a failure is retried, in all or by its class. */
  readonly retries: Retries;
  /** Whether a plain command runs the task, not an agent. */
  readonly isCommand: boolean;
  /** How many times the agent is asked to fix a failing `verify` command. */
  readonly fixes: number;
  /** Whether the task has `verify` commands. */
  readonly isVerified: boolean;
  readonly restored?: Restored | undefined;
}

/** Why an attempt continues an earlier one instead of starting anew. */
export interface FollowUp {
  readonly kind: "answer" | "fix";
  /** A person's answer, or the output of the failing command. */
  readonly text: string;
  /** The attempt to continue, and its session if the engine keeps one. */
  readonly attempt: number;
  readonly session?: string | undefined;
  /** The outcome of that attempt. */
  readonly outcome?: Outcome | undefined;
}

export interface TaskContext extends Omit<TaskInput, "restored"> {
  /** The number of the current or last attempt, from 1; 0 before the first. */
  readonly attempt: number;
  readonly retriesUsed: RetriesUsed;
  /** The tasks that ran while the `verify` commands failed; undefined until they have to run again. */
  readonly ranBeside: readonly string[] | undefined;
  readonly limitWaits: number;
  /** How often an attempt, or its verification, could not be started for lack of resources. */
  readonly starvations: number;
  readonly fixesUsed: number;
  /** The results of the explicit dependencies; set on entry to `ready`. */
  readonly dependencies: readonly DependencyResult[];
  /** The tasks behind the barrier that this one waited for; set on entry to `ready`. */
  readonly alsoFinished: readonly FinishedTask[];
  readonly followUp: FollowUp | undefined;
  readonly outcome: Outcome | undefined;
  /** Set on cancel: no further attempt follows this one. */
  readonly noFurtherAttempts: boolean;
}

/** What the orchestrator routes into a task that becomes ready. */
export interface RoutedResults {
  readonly dependencies: readonly DependencyResult[];
  readonly alsoFinished: readonly FinishedTask[];
}

/** What the orchestrator sends to a task. */
export type TaskEvent =
  | ({ readonly type: "task.ready" } & RoutedResults)
  | { readonly type: "task.start" }
  | ({ readonly type: "task.answer"; readonly text: string } & RoutedResults)
  | { readonly type: "task.skip"; readonly outcome: Outcome }
  | { readonly type: "task.cancel"; readonly outcome: Outcome };

/** How XState reports the end of the actors that a task invokes. */
type ActorEnded =
  | { readonly type: `xstate.done.actor.${"attempt" | "verify"}`; readonly output: Outcome }
  | {
      readonly type: `xstate.error.actor.${"attempt" | "verify" | "othersSettled"}`;
      readonly error: unknown;
    };

/** Sent to the orchestrator when a task has settled, or is parked. */
export interface TaskSettled {
  readonly type: "task.settled";
  readonly task: string;
  readonly outcome: Outcome;
}

/** Sent to the orchestrator when a task gives its slot back until its next attempt, and when that wait is over. */
export interface TaskWaiting {
  readonly type: "task.waiting" | "task.requeue";
  readonly task: string;
}

/** Sent to the orchestrator when an attempt could not be started for lack of resources. */
export interface TaskStarved {
  readonly type: "task.starved";
  readonly task: string;
  readonly reason: string;
}

/** Input of the actor that runs an attempt, and resolves with its outcome. */
export interface AttemptInput extends RoutedResults {
  readonly id: string;
  readonly attempt: number;
  readonly followUp?: FollowUp | undefined;
}

/** Input of the actor that runs the `verify` commands, and resolves with the outcome as it is or with a failure. */
export interface VerifyInput {
  readonly id: string;
  readonly attempt: number;
  /** The outcome of the attempt. */
  readonly outcome: Outcome;
  /** How often it could not be started; then it waits before it tries again. */
  readonly starvations: number;
  /** Whether they run a second time, since other tasks ran while they failed. */
  readonly isAgain: boolean;
}

/** Input of the actor that waits until the tasks that ran beside a failed `verify` command have settled. */
export interface OthersInput {
  readonly id: string;
  readonly others: readonly string[];
}

/** Input of the actor that waits before the next attempt, for as long as it decides. */
export interface BackoffInput {
  readonly id: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  /** The number of this wait among those of its kind, from 1. */
  readonly count: number;
}

/** How often a task is started in vain for lack of resources, with growing waits, before it fails. */
const mostStarvations = 4;

const unprovided = (what: string) => () => Promise.reject(new Error(`no ${what} actor was provided`));

/** The outcome of the last attempt. */
export const outcomeOf = ({ outcome = { status: "error" } }: TaskContext): Outcome => outcome;

/** The number of the wait that the last outcome leads to, among those of its kind. */
export function waitsBefore({ outcome, limitWaits, starvations, retriesUsed }: TaskContext): number {
  if (outcome?.failure === "rate_limited") return limitWaits;
  return outcome?.failure === "resources" ? starvations : countRetries(retriesUsed);
}

type Given = { readonly context: TaskContext; readonly event: TaskEvent | ActorEnded };

/** The outcome that an event carries: of an ended actor, or given by the orchestrator. */
const outcomeIn = ({ event, context }: Given): Outcome => {
  if ("output" in event) return event.output;
  return "outcome" in event ? event.outcome : outcomeOf(context);
};

/** The vocabulary of a task's chart. */
export const taskSetup = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskEvent | ActorEnded,
    input: {} as TaskInput,
  },
  actors: {
    attempt: fromPromise<Outcome, AttemptInput>(unprovided("attempt")),
    verify: fromPromise<Outcome, VerifyInput>(unprovided("verify")),
    backoff: fromPromise<void, BackoffInput>(unprovided("backoff")),
    othersSettled: fromPromise<void, OthersInput>(unprovided("othersSettled")),
  },
  guards: {
    wasDone: ({ context: { outcome } }) => outcome !== undefined && isDone(outcome.status),
    wasFailed: ({ context: { outcome } }) => outcome?.status === "fail" || outcome?.status === "error",
    wasSkipped: ({ context: { outcome } }) => outcome?.status === "skipped",
    wasCancelled: ({ context: { outcome } }) => outcome?.status === "cancelled",
    wasParked: ({ context: { outcome } }) => outcome !== undefined && isParked(outcome.status),
    needsVerification: (given) =>
      given.context.isVerified && isDone(outcomeIn(given).status) && !given.context.noFurtherAttempts,
    wasCancelledUnverified: (given) => given.context.isVerified && isDone(outcomeIn(given).status),
    /** It could not be started for lack of resources, which is no failure of the task. */
    isStarved: (given) => {
      const { starvations, noFurtherAttempts } = given.context;
      return outcomeIn(given).failure === "resources" && starvations < mostStarvations && !noFurtherAttempts;
    },
    isRateLimited: (given) => outcomeIn(given).failure === "rate_limited" && !given.context.noFurtherAttempts,
    canRetry: (given) =>
      retryClassFor(outcomeIn(given), given.context) !== undefined && !given.context.noFurtherAttempts,
    /** Nobody knows whether the task or those that ran beside it made the commands fail. */
    wasDisturbed: (given) => {
      const { failure, ran_beside = [] } = outcomeIn(given);
      const { ranBeside, noFurtherAttempts } = given.context;
      return failure === "verify" && ran_beside.length > 0 && ranBeside === undefined && !noFurtherAttempts;
    },
    canFix: (given) => {
      const { fixesUsed, fixes, noFurtherAttempts } = given.context;
      return outcomeIn(given).failure === "verify" && fixesUsed < fixes && !noFurtherAttempts;
    },
    isDone: (given) => isDone(outcomeIn(given).status),
    isParked: (given) => isParked(outcomeIn(given).status),
    isCancelled: (given) => outcomeIn(given).status === "cancelled",
  },
  actions: {
    routeResults: assign(({ event }) => {
      if (event.type !== "task.ready" && event.type !== "task.answer") return {};
      return { dependencies: event.dependencies, alsoFinished: event.alsoFinished };
    }),
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1, ranBeside: undefined }),
    recordOthers: assign({ ranBeside: (given) => outcomeIn(given).ran_beside ?? [] }),
    countRetry: assign({
      retriesUsed: (given) => {
        const { retriesUsed } = given.context;
        const used = retryClassFor(outcomeIn(given), given.context);
        return used ? { ...retriesUsed, [used]: (retriesUsed[used] ?? 0) + 1 } : retriesUsed;
      },
    }),
    /** The next attempt continues none of the earlier ones. */
    startOver: assign({ followUp: undefined }),
    countStarvation: assign({ starvations: ({ context }) => context.starvations + 1 }),
    countLimitWait: assign({ limitWaits: ({ context }) => context.limitWaits + 1 }),
    recordOutcome: assign({ outcome: outcomeIn }),
    /** Records a success that a cancel left unverified as cancelled: nobody knows whether it is one. */
    recordCancelled: assign({
      outcome: (given): Outcome => ({
        ...outcomeIn(given),
        status: "cancelled",
        reason: "cancelled before it was verified",
      }),
    }),
    recordDefect: assign({
      outcome: ({ event }): Outcome => ({
        status: "error",
        reason: `internal error: ${"error" in event ? String(event.error) : event.type}`,
      }),
    }),
    requestFix: assign((given) => ({
      fixesUsed: given.context.fixesUsed + 1,
      followUp: fixOf(outcomeIn(given), given.context.attempt),
    })),
    recordAnswer: assign(({ context, event }) => ({
      followUp: {
        kind: "answer" as const,
        text: event.type === "task.answer" ? event.text : "",
        attempt: context.attempt,
        session: context.outcome?.session_id,
        outcome: context.outcome,
      },
      outcome: undefined,
    })),
    forbidFurtherAttempts: assign({ noFurtherAttempts: true }),
    /** Ends the processes of the running attempt; provided by whoever runs the machine. */
    endAttempt: () => {},
    reportSettled: sendParent(({ context }: { context: TaskContext }) => ({
      type: "task.settled",
      task: context.id,
      outcome: context.outcome,
    })),
    reportStarved: sendParent((given: Given) => ({
      type: "task.starved",
      task: given.context.id,
      reason: outcomeIn(given).reason ?? "",
    })),
    reportWaiting: sendParent(({ context }: { context: TaskContext }) => ({
      type: "task.waiting",
      task: context.id,
    })),
    requestRequeue: sendParent(({ context }: { context: TaskContext }) => ({
      type: "task.requeue",
      task: context.id,
    })),
  },
});

const fixOf = (outcome: Outcome, attempt: number): FollowUp => ({
  kind: "fix",
  text: outcome.feedback ?? outcome.reason ?? "a verify command failed",
  attempt,
  session: outcome.session_id,
  outcome,
});
