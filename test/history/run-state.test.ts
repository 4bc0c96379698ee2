import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createActor, fromPromise } from "xstate";
import { chartOf } from "../../machines/chart.ts";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import type { Answer, OpenQuestion } from "../../machines/orchestrator-context.ts";
import { runSpec } from "../../machines/schedule/run-spec.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import type { AttemptInput, BackoffInput } from "../../machines/task-setup.ts";
import type { RunEvent, RunEventBody } from "../../schemas/event.ts";
import { type Mode, modes } from "../../schemas/manifest.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import { journalLine } from "../../src/history/journal-line.ts";
import { RunState } from "../../src/history/run-state.ts";
import { slotsOf } from "../../src/history/slots.ts";
import type { Transition } from "../../src/history/transitions.ts";

const outcomes: readonly Outcome[] = [
  { status: "pass" },
  { status: "warn" },
  { status: "fail" },
  { status: "question" },
  { status: "cancelled" },
  { status: "error", failure: "transient" },
];

const key = { prompt: "p", options: "o", results: "r" };
const plain = {
  depends: [] as string[],
  files: [] as string[],
  engine: "command" as const,
  tier: "deep" as const,
};
const unspent = { usage: {}, agent_attempts: 0, attempts_with_cost: 0 };

const noLines = { stage_barriers: "strict" as const, critical_path: [], conflicts: [] };

interface Plan {
  readonly mode: Mode;
  readonly pause: boolean;
  readonly attended: boolean;
  readonly maxParallel: number;
  /** Of each task: its stage, and which of those before it it depends on. */
  readonly tasks: readonly { readonly stage: number; readonly depends: readonly number[] }[];
}

const plans: fc.Arbitrary<Plan> = fc.record({
  mode: fc.constantFrom(...modes),
  pause: fc.boolean(),
  attended: fc.boolean(),
  maxParallel: fc.integer({ min: 1, max: 3 }),
  tasks: fc.array(fc.record({ stage: fc.nat(2), depends: fc.array(fc.nat(6), { maxLength: 2 }) }), {
    minLength: 1,
    maxLength: 7,
  }),
});

/** The real machines, with the journal that a run of theirs would write and attempts that the test ends. */
function machines({ mode, pause: pauses, attended, maxParallel, tasks }: Plan) {
  const events: RunEvent[] = [];
  const record = (body: RunEventBody) => {
    const at = new Date(events.length * 1000).toISOString();
    events.push({ ...body, at, run: "r" } as RunEvent);
  };
  const open = new Map<string, { input: AttemptInput; end: (outcome: Outcome | Error) => void }>();
  const attempt = fromPromise<Outcome, AttemptInput>(({ input }) => {
    record({ event: "task.started", task: input.id, attempt: input.attempt, key });
    return new Promise((resolve, reject) => {
      const end = (outcome: Outcome | Error) => {
        open.delete(input.id);
        if (outcome instanceof Error) return reject(outcome);
        record({
          event: "task.attempted",
          task: input.id,
          attempt: input.attempt,
          duration_s: 1,
          outcome,
          gates: 0,
        });
        resolve(outcome);
      };
      open.set(input.id, { input, end });
    });
  });
  const backoff = fromPromise<void, BackoffInput>(async ({ input: { id: task, attempt } }) => {
    record({
      event: "task.waiting",
      task,
      attempt,
      reason: "r",
      wait_s: 0,
      until: new Date(0).toISOString(),
    });
  });
  const stages = [0, 1, 2].map((stage) => ({
    name: `s${stage}`,
    tasks: tasks.flatMap((task, at) =>
      task.stage === stage
        ? [
            {
              id: `t${at}`,
              files: [],
              verify: [],
              retries: 1,
              depends: inside(tasks, at).map((on) => `t${on}`),
            },
          ]
        : [],
    ),
  }));
  const spec = runSpec(
    { stages, stage_barriers: "strict", max_parallel: maxParallel, pause: pauses },
    modeConfigs[mode],
  );
  /** What a person is being asked, and what ends that. */
  let asked: ((answer: unknown) => void) | undefined;
  const askQuestions = fromPromise<readonly Answer[], { questions: readonly OpenQuestion[] }>(({ input }) => {
    record({ event: "questions.open", tasks: input.questions.map(({ task }) => task) });
    return new Promise((resolve) => {
      asked = (answer) => resolve(answer as readonly Answer[]);
    });
  });
  const approveBatch = fromPromise<boolean, { next: readonly string[] }>(async ({ input: { next } }) => {
    record({ event: "batch.held", next: [...next] });
    return new Promise((resolve) => {
      asked = (answer) => resolve(answer === true);
    });
  });
  const machine = orchestratorMachine(mode).provide({
    actors: {
      task: taskMachine.provide({ actors: { attempt, backoff } }),
      askQuestions,
      approveBatch,
    },
  });
  const actor = createActor(machine, { input: { spec: { ...spec, attended } } });
  actor.on("task.ready", ({ task }) => record({ event: "task.ready", task }));
  actor.on("task.settled", ({ task, outcome: { status } }) =>
    record({ event: "task.settled", task, status, duration_s: 1 }),
  );
  actor.on("run.settled", () =>
    record({ event: "run.finished", counts: {}, exit_code: 0, duration_s: 1, ...unspent }),
  );
  const list = spec.graph.tasks.map(({ id }) => ({ id, title: id, stage: "s", ...plain }));
  record({
    event: "run.started",
    manifest: "m",
    mode,
    max_parallel: maxParallel,
    directory: "d",
    options: {},
    ...noLines,
    tasks: list,
  });
  actor.start();
  return { actor, events, open, record, reply: (answer: unknown) => asked?.(answer) };
}

/** Dependencies on tasks before it, of the same stage or an earlier one. */
const inside = (tasks: Plan["tasks"], at: number): number[] =>
  (tasks[at]?.depends ?? []).filter((on) => on < at && (tasks[on]?.stage ?? 9) <= (tasks[at]?.stage ?? 0));

const isIn = (chart: ReturnType<typeof chartOf>, taken: Transition) =>
  chart.transitions.some(
    (move) =>
      move.from === taken.from &&
      move.to === taken.to &&
      move.event === taken.event &&
      move.guard === taken.guard,
  );

describe("the fold over a journal", () => {
  test("is, whenever the machines rest, in the states in which they are", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(plans, fc.infiniteStream(fc.nat(40)), async (plan, choices) => {
        const { actor, events, open, record, reply } = machines(plan);
        /** Goes on with some task that is parked: false where none is, or enough were. */
        const answer = (choice: number): boolean => {
          const parked = events.flatMap((event) =>
            event.event === "task.settled" && event.status === "question" ? [event.task] : [],
          );
          const isOpen = (id: string) =>
            actor.getSnapshot().context.actors.some((task) => {
              const { value, context } = task.getSnapshot();
              return context.id === id && value === "parked";
            });
          const task = parked.length > 4 ? undefined : parked.filter(isOpen)[choice % 2];
          if (task === undefined || actor.getSnapshot().value === "cancelling") return false;
          record({ event: "task.answered", task, attempt: 1, text: "yes" });
          actor.send({ type: "task.answer", task, text: "yes" });
          return true;
        };
        const charts = { run: chartOf(orchestratorMachine(plan.mode)), task: chartOf(taskMachine) };
        for (let steps = 0; steps < 60; steps += 1) {
          const view = new RunState();
          for (const event of events) {
            view.apply(event);
            const { lastTransition } = view;
            if (lastTransition)
              expect([lastTransition, isIn(charts.run, lastTransition)]).toEqual([lastTransition, true]);
            for (const { lastTransition: last } of view.tasks.values())
              if (last) expect([last, isIn(charts.task, last)]).toEqual([last, true]);
          }
          const snapshot = actor.getSnapshot();
          expect(view.state).toBe(snapshot.value);
          for (const task of snapshot.context.actors) {
            const { value, context } = task.getSnapshot();
            const state = typeof value === "string" ? value : value.working;
            expect([context.id, view.tasks.get(context.id)?.state]).toEqual([context.id, state]);
          }
          if (snapshot.value === "settled") return;
          const choice = choices.next().value ?? 0;
          const running = [...open.values()];
          const chosen = running[choice % Math.max(1, running.length)];
          if (choice === 40) {
            record({ event: "run.cancelled", reason: "test" });
            actor.send({ type: "run.cancel", reason: "test" });
          } else if (actor.getSnapshot().matches("awaitingApproval" as never)) reply(true);
          else if (actor.getSnapshot().matches("awaitingAnswers")) {
            seen.add("awaitingAnswers");
            if (choice % 3 === 0 || !answer(choice)) reply([]);
          } else if (choice === 39) chosen?.end(new Error("broke"));
          else if (choice > 36 && answer(choice)) seen.add("answered while others ran");
          else chosen?.end(outcomes[choice % outcomes.length] as Outcome);
          // What an attempt's promise brings about happens in the turns after it.
          await new Promise(setImmediate);
        }
        throw new Error("the run did not end");
      }),
      { numRuns: 300 },
    );
    expect([...seen].sort()).toEqual(["answered while others ran", "awaitingAnswers"]);
  });
});

describe("a line of the journal", () => {
  const started = {
    v: 1,
    event: "task.started",
    at: "2025-01-01T00:00:00.000Z",
    run: "r",
    task: "a",
    attempt: 1,
    key,
  };

  test("is an event where it is one that is known", () => {
    expect(journalLine(JSON.stringify(started))).toMatchObject({ name: "task.started", task: "a" });
    expect(journalLine(JSON.stringify(started)).event).toMatchObject({ attempt: 1 });
  });

  test.each([
    ["an event of a later version", JSON.stringify({ ...started, event: "task.promoted" }), "task.promoted"],
    [
      "a known event that lacks something",
      JSON.stringify({ ...started, attempt: undefined }),
      "task.started",
    ],
    ["no JSON", "}{", "unreadable"],
    ["no object", "null", "unreadable"],
  ])("that is %s is kept as text and changes nothing", (_, text, name) => {
    const line = journalLine(text);
    expect(line).toMatchObject({ text, name });
    expect(line.event).toBeUndefined();
  });
});

test("attempts take the first free slot", () => {
  const view = new RunState();
  const at = (second: number) => new Date(second * 1000).toISOString();
  const tasks = ["a", "b", "c"].map((id) => ({ id, title: id, stage: "s", ...plain }));
  const run = "r";
  view.apply({
    event: "run.started",
    at: at(0),
    run,
    manifest: "m",
    mode: "all-parallel",
    max_parallel: 2,
    directory: "d",
    options: {},
    ...noLines,
    tasks,
  });
  view.apply({ event: "task.started", at: at(1), run, task: "a", attempt: 1, key });
  view.apply({ event: "task.started", at: at(2), run, task: "b", attempt: 1, key });
  view.apply({ event: "task.settled", at: at(3), run, task: "a", status: "pass", duration_s: 2 });
  view.apply({ event: "task.started", at: at(3), run, task: "c", attempt: 1, key });
  expect(Object.fromEntries(slotsOf(view))).toEqual({ a: [0], b: [1], c: [0] });
});

test("an attempt that a kill cut off was over when its run last wrote, and its slot is free then", () => {
  const view = new RunState();
  const at = (second: number) => new Date(second * 1000).toISOString();
  const tasks = ["a", "b"].map((id) => ({ id, title: id, stage: "s", ...plain }));
  const run = "r";
  const job = { manifest: "m", mode: "all-parallel" as const, max_parallel: 2, directory: "d", ...noLines };
  view.apply({ event: "run.started", at: at(0), run, ...job, options: {}, tasks });
  view.apply({ event: "task.started", at: at(1), run, task: "a", attempt: 1, key });
  view.apply({ event: "task.started", at: at(2), run, task: "b", attempt: 1, key });
  view.apply({ event: "task.ready", at: at(5), run, task: "b" });
  view.apply({ event: "task.answered", at: at(900), run, task: "b", attempt: 1, text: "yes" });
  view.apply({ event: "run.resumed", at: at(1000), run, ...job, tasks, kept: [], again: [] });
  expect(view.tasks.get("a")?.attempts).toEqual([
    { number: 1, key, startedAt: 1000, endedAt: 5000, duration_s: 4 },
  ]);
  view.apply({ event: "task.started", at: at(1001), run, task: "a", attempt: 2, key });
  view.apply({ event: "task.started", at: at(1002), run, task: "b", attempt: 2, key });
  expect(Object.fromEntries(slotsOf(view))).toEqual({ a: [0, 0], b: [1, 1] });
  expect(view.tasks.get("b")?.attempts.map(({ endedAt }) => endedAt)).toEqual([5000, undefined]);
});
