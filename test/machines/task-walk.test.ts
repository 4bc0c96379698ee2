import { describe, expect, test } from "vitest";
import { fromPromise } from "xstate";
import { taskMachine } from "../../machines/task.machine.ts";
import type {
  AttemptInput,
  BackoffInput,
  OthersInput,
  TaskInput,
  VerifyInput,
} from "../../machines/task-setup.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import { transitionsOf, walk } from "./walk.ts";

const never = <Output, Input>() => fromPromise<Output, Input>(() => new Promise(() => {}));
const reported: string[] = [];
const machine = taskMachine.provide({
  actors: {
    attempt: never<Outcome, AttemptInput>(),
    verify: never<Outcome, VerifyInput>(),
    backoff: never<void, BackoffInput>(),
    othersSettled: never<void, OthersInput>(),
  },
  actions: {
    reportSettled: ({ context }) => void reported.push(`settled ${context.outcome?.status}`),
    reportStarved: () => void reported.push("starved"),
    reportWaiting: () => void reported.push("waiting"),
    requestRequeue: () => void reported.push("requeue"),
    endAttempt: () => void reported.push("end attempt"),
  },
});

const results = { dependencies: [], alsoFinished: [] };
const attempted = (output: Outcome) => ({ type: "xstate.done.actor.attempt", output });
const verified = (output: Outcome) => ({ type: "xstate.done.actor.verify", output });
const broken = (actor: string) => ({ type: `xstate.error.actor.${actor}`, error: new Error("broken") });
const events: Readonly<Record<string, { readonly type: string }>> = {
  ready: { type: "task.ready", ...results },
  start: { type: "task.start" },
  skip: { type: "task.skip", outcome: { status: "skipped" } } as { type: string },
  cancel: { type: "task.cancel", outcome: { status: "cancelled" } } as { type: string },
  answer: { type: "task.answer", text: "yes", ...results } as { type: string },
  "attempt passes": attempted({ status: "pass" }),
  "attempt fails": attempted({ status: "fail" }),
  "attempt exits with 1": attempted({ status: "fail", failure: "task", exit_code: 1 }),
  "attempt fails for now": attempted({ status: "error", failure: "transient" }),
  "attempt is starved": attempted({ status: "error", failure: "resources" }),
  "attempt is rate limited": attempted({ status: "error", failure: "rate_limited" }),
  "attempt asks": attempted({ status: "question" }),
  "attempt is cancelled": attempted({ status: "cancelled" }),
  "attempt breaks": broken("attempt"),
  "verify passes": verified({ status: "pass" }),
  "verify is starved": verified({ status: "error", failure: "resources" }),
  "verify fails": verified({ status: "fail", failure: "verify" }),
  "verify fails beside others": verified({ status: "fail", failure: "verify", ran_beside: ["b"] }),
  "others settle": { type: "xstate.done.actor.othersSettled" },
  "verify is cancelled": verified({ status: "cancelled" }),
  "verify breaks": broken("verify"),
  "backoff ends": { type: "xstate.done.actor.backoff" },
  "backoff breaks": broken("backoff"),
};

const plain: TaskInput = { id: "a", retries: 1, isCommand: false, fixes: 1, isVerified: false };
const withVerify: TaskInput = { ...plain, isVerified: true };
const command: TaskInput = { ...withVerify, isCommand: true, fixes: 0 };

/** By path: the state that it ends in, and what the task reported on the way. */
type Paths = readonly (readonly [path: string, end: string, reports: string])[];

const plainPaths: Paths = [
  ["", "pending", ""],
  ["skip", "skipped", ""],
  ["cancel", "cancelled", ""],
  ["ready", "ready", ""],
  ["ready, skip", "skipped", ""],
  ["ready, cancel", "cancelled", ""],
  ["ready, start", "working.running", ""],
  ["ready, start, attempt passes", "done", "settled pass"],
  ["ready, start, attempt fails", "failed", "settled fail"],
  ["ready, start, attempt is cancelled", "cancelled", "settled cancelled"],
  ["ready, start, attempt breaks", "failed", "settled error"],
  ["ready, start, attempt fails for now", "waiting", "waiting"],
  ["ready, start, attempt is rate limited", "waiting", "waiting"],
  ["ready, start, attempt is starved", "waiting", "starved, waiting"],
  ["ready, start, attempt is starved, backoff ends", "ready", "starved, waiting, requeue"],
  ["ready, start, cancel, attempt is starved", "failed", "end attempt, settled error"],
  ["ready, start, attempt fails for now, skip", "skipped", "waiting"],
  ["ready, start, attempt fails for now, cancel", "cancelled", "waiting"],
  ["ready, start, attempt fails for now, backoff ends", "ready", "waiting, requeue"],
  ["ready, start, attempt is rate limited, backoff breaks", "ready", "waiting, requeue"],
  [
    "ready, start, attempt fails for now, backoff ends, start, attempt fails for now",
    "failed",
    "waiting, requeue, settled error",
  ],
  ["ready, start, attempt asks", "parked", "settled question"],
  ["ready, start, attempt asks, answer", "ready", "settled question"],
  ["ready, start, cancel", "working.running", "end attempt"],
  ["ready, start, cancel, attempt fails for now", "failed", "end attempt, settled error"],
  ["ready, start, cancel, attempt is rate limited", "failed", "end attempt, settled error"],
  ["ready, start, cancel, attempt passes", "done", "end attempt, settled pass"],
];

const verifiedPaths: Paths = [
  ["ready, start, attempt passes", "working.verifying", ""],
  ["ready, start, attempt passes, verify passes", "done", "settled pass"],
  ["ready, start, attempt passes, verify is starved", "working.verifying", "starved"],
  ["ready, start, attempt passes, verify is starved, verify passes", "done", "starved, settled pass"],
  ["ready, start, attempt passes, verify fails", "working.running", ""],
  ["ready, start, attempt passes, verify fails, attempt passes, verify fails", "failed", "settled fail"],
  ["ready, start, attempt passes, verify fails beside others", "working.awaitingOthers", ""],
  ["ready, start, attempt passes, verify fails beside others, others settle", "working.verifying", ""],
  [
    "ready, start, attempt passes, verify fails beside others, others settle, verify passes",
    "done",
    "settled pass",
  ],
  [
    // Only once: then a fix is asked for.
    "ready, start, attempt passes, verify fails beside others, others settle, verify fails beside others",
    "working.running",
    "",
  ],
  ["ready, start, attempt passes, verify fails beside others, cancel", "cancelled", "settled cancelled"],
  ["ready, start, attempt passes, cancel, verify fails beside others", "failed", "end attempt, settled fail"],
  ["ready, start, attempt passes, verify is cancelled", "cancelled", "settled cancelled"],
  ["ready, start, attempt passes, verify breaks", "failed", "settled error"],
  ["ready, start, attempt passes, cancel", "working.verifying", "end attempt"],
  ["ready, start, attempt passes, cancel, verify fails", "failed", "end attempt, settled fail"],
  ["ready, start, cancel, attempt passes", "cancelled", "end attempt, settled cancelled"],
];

/** A command, whose failed checks are retried and not fixed. */
const commandPaths: Paths = [
  ["ready, start, attempt exits with 1", "waiting", "waiting"],
  ["ready, start, attempt passes, verify fails", "waiting", "waiting"],
  [
    "ready, start, attempt passes, verify fails, backoff ends, start, attempt passes, verify fails",
    "failed",
    "waiting, requeue, settled fail",
  ],
  ["ready, start, attempt passes, cancel, verify fails", "failed", "end attempt, settled fail"],
];

const restoredPaths: Paths = [
  ["done", "done", ""],
  ["parked", "parked", ""],
  ["failed", "failed", ""],
  ["skipped", "skipped", ""],
  ["cancelled", "cancelled", ""],
];
const restoredStatus: Readonly<Record<string, Outcome["status"]>> = {
  ...{ done: "pass", parked: "question", failed: "error", skipped: "skipped", cancelled: "cancelled" },
};
const restoredInput = (path: string): TaskInput => ({
  ...plain,
  restored: { attempt: 1, outcome: { status: restoredStatus[path] ?? "error" } },
});

const eventsOf = (path: string) => path.split(", ").flatMap((step) => events[step] ?? []);

const groups = [
  ["a task", plainPaths, () => plain, eventsOf],
  ["a task with verify commands", verifiedPaths, () => withVerify, eventsOf],
  ["a command with verify commands", commandPaths, () => command, eventsOf],
  ["a restored task", restoredPaths, restoredInput, () => []],
] as const;

describe.each(groups)("%s", (_, paths, inputOf, stepsOf) => {
  test.each(paths)("%s → %s", (path, end, reports) => {
    reported.length = 0;
    expect(walk(machine, inputOf(path), stepsOf(path)).end).toBe(end);
    expect(reported.join(", ")).toBe(reports);
  });
});

test("these paths take every transition of the chart", () => {
  const taken = new Set(
    groups.flatMap(([, paths, inputOf, stepsOf]) =>
      paths.flatMap(([path]) => walk(machine, inputOf(path), stepsOf(path)).taken),
    ),
  );
  expect(transitionsOf(machine).filter((line) => !taken.has(line))).toEqual([]);
});
