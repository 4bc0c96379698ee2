import { describe, expect, test } from "vitest";
import { createActor, fromPromise } from "xstate";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import type { RunSpec } from "../../machines/schedule/types.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import type { AttemptInput } from "../../machines/task-setup.ts";
import { modes } from "../../schemas/manifest.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import { explore, maximalPaths, type OrchestratorEvent, type Shape, type States, specOf } from "./model.ts";
import { broken, rulesOf } from "./rules.ts";
import { shapes } from "./shapes.ts";

describe.each(modes)("in mode %s", (mode) => {
  test.each(Object.keys(shapes))("no order of passes and failures breaks a rule: %s", (name) => {
    const shape = shapes[name] ?? { stages: [] };
    const model = explore(specOf(shape, mode));
    expect(broken(rulesOf(shape, mode), model)).toEqual([]);
    expect(model.edges.length).toBeGreaterThan(shape.stages.length);
  });

  test("no caveat or question in place of a pass or a failure breaks a rule", () => {
    const shape = shapes.diamond ?? { stages: [] };
    const model = explore(specOf(shape, mode), ["pass", "warn", "fail", "question"]);
    expect(broken(rulesOf(shape, mode), model)).toEqual([]);
  });

  test.each(["diamond", "shared files", "batches with a dependency inside"])(
    "no wait for a retry breaks a rule: %s",
    (name) => {
      const shape = shapes[name] ?? { stages: [] };
      const model = explore(specOf(shape, mode), ["pass", "fail"], { waits: true });
      expect(broken(rulesOf(shape, mode), model)).toEqual([]);
      expect([...model.states.values()].some(({ states }) => Object.values(states).includes("waiting"))).toBe(
        true,
      );
    },
  );

  test.each(["diamond", "relaxed barriers", "batches with a dependency inside"])(
    "no answered question breaks a rule: %s",
    (name) => {
      const shape = shapes[name] ?? { stages: [] };
      const model = explore(specOf(shape, mode), ["pass", "fail", "question"], { answers: true });
      expect(broken(rulesOf(shape, mode), model)).toEqual([]);
      const answered = model.edges.filter(({ event }) => event.type === "task.answer");
      expect(answered.length).toBeGreaterThan(0);
      for (const { event, to } of answered) {
        if (event.type === "task.answer") expect(["ready", "running"]).toContain(to.states[event.task]);
      }
    },
  );

  test("an attended run with open questions waits for answers, and ends once all are dismissed", () => {
    const shape = shapes.diamond ?? { stages: [] };
    const more = { answers: true, attended: true };
    const model = explore(specOf(shape, mode), ["pass", "fail", "question"], more);
    expect(broken(rulesOf(shape, mode), model)).toEqual([]);
    const ends = [...model.states.values()].filter(({ value }) => value === "awaitingAnswers");
    expect(ends.length).toBeGreaterThan(0);
    for (const { states } of ends) expect(Object.values(states)).not.toContain("running");
  });

  test("a withheld task never starts, and every task settles", () => {
    const shape = shapes["two chains with a cross edge"] ?? { stages: [] };
    const model = explore(specOf(shape, mode), ["pass", "fail"], { withholds: ["x", "b"] });
    const withheld = model.edges.filter(({ event }) => event.type === "run.withhold");
    expect(withheld.length).toBeGreaterThan(0);
    for (const { from, to } of withheld) {
      for (const id of ["x", "b"]) {
        const isOpen = ["pending", "ready", "waiting"].includes(from.states[id] ?? "");
        expect(to.states[id]).toBe(isOpen ? "skipped" : from.states[id]);
      }
    }
    const left = new Set(model.edges.map(({ fromKey }) => fromKey));
    for (const [key, { value }] of model.states) if (!left.has(key)) expect(value).toBe("settled");
  });

  test("after a cancel nothing starts, and every task settles", () => {
    const model = explore(specOf(shapes["stages as barriers"] ?? { stages: [] }, mode), ["pass", "fail"], {
      cancel: true,
      waits: true,
    });
    const cancelling = model.edges.filter(({ from }) => from.value === "cancelling");
    const started = model.edges.filter(
      ({ from, to }) =>
        to.value === "cancelling" &&
        Object.keys(to.states).some((id) => to.states[id] === "running" && from.states[id] !== "running"),
    );
    expect(cancelling.length).toBeGreaterThan(0);
    expect(started).toEqual([]);
    for (const { value, states } of model.states.values()) {
      if (value !== "settled") continue;
      for (const state of Object.values(states))
        expect(["pending", "ready", "running", "waiting"]).not.toContain(state);
    }
  });
});

test("nobody is asked to approve a batch of which every task was skipped", () => {
  const shape: Shape = { stages: [{ a: "" }, { b: "a", c: "a" }, { d: "" }], pause: true };
  const model = explore(specOf(shape, "manual-batching"));
  expect(broken(rulesOf(shape, "manual-batching"), model)).toEqual([]);
  const approved = model.edges.filter(({ event }) => event.type === "xstate.done.actor.approveBatch");
  expect(approved.length).toBeGreaterThan(1);
  for (const { to } of approved) expect(Object.values(to.states)).toContain("running");
});

test("the model is as large as its shape: a diamond with two slots has 13 states and 16 edges", () => {
  const model = explore(specOf(shapes.diamond ?? { stages: [] }, "dependency-driven"));
  expect(model.states.size).toBe(13);
  expect(model.edges.length).toBe(16);
});

test("the rules catch a planted bug: any dependency instead of all", () => {
  const shape = shapes.diamond ?? { stages: [] };
  const spec = specOf(shape, "dependency-driven");
  const any: RunSpec = {
    ...spec,
    order: { ...spec.order, needs: spec.order.needs.map((needs) => needs.slice(0, 1)) },
  };
  expect(broken(rulesOf(shape, "dependency-driven"), explore(any))).toContain(
    "d started while c was running",
  );
});

describe("real task actors end in the states that the model predicts", () => {
  test.each(
    (["diamond", "stages as barriers", "shared files", "batches with a dependency inside"] as const).flatMap(
      (name) => modes.map((mode) => [name, mode] as const),
    ),
  )("%s, %s", async (name, mode) => {
    const spec = specOf(shapes[name] ?? { stages: [] }, mode);
    const paths = maximalPaths(explore(spec), 60);
    expect(paths.length).toBeGreaterThan(3);
    for (const { events, end } of paths) expect(await replay(spec, events)).toEqual(end.states);
  });
});

/** Runs real actors, settles attempts in the order of the events, and returns the states in which their charts end. */
async function replay(spec: RunSpec, events: readonly OrchestratorEvent[]): Promise<States> {
  const settlers = new Map<string, (outcome: Outcome) => void>();
  const attempt = fromPromise<Outcome, AttemptInput>(
    ({ input }) => new Promise((resolve) => settlers.set(input.id, resolve)),
  );
  let approve = () => {};
  const approveBatch = fromPromise<boolean, { readonly next: readonly string[] }>(
    () =>
      new Promise((resolve) => {
        approve = () => resolve(true);
      }),
  );
  const machine = orchestratorMachine(spec.mode.name).provide({
    actors: { task: taskMachine.provide({ actors: { attempt } }), approveBatch },
  });
  const actor = createActor(machine, { input: { spec } });
  actor.start();
  for (const event of events) {
    if (event.type !== "task.settled") {
      approve();
      await new Promise(setImmediate);
      continue;
    }
    const settled = new Promise<void>((resolve) => {
      const subscription = actor.on("task.settled", ({ task }) => {
        if (task !== event.task) return;
        subscription.unsubscribe();
        resolve();
      });
    });
    settlers.get(event.task)?.(event.outcome);
    await settled;
  }
  const { context } = actor.getSnapshot();
  const lives: Record<string, string> = { done: "pass", failed: "fail", skipped: "skipped" };
  return Object.fromEntries(
    context.actors.map((task) => [
      task.getSnapshot().context.id,
      lives[String(task.getSnapshot().value)] ?? String(task.getSnapshot().value),
    ]),
  );
}
