import { describe, expect, test } from "vitest";
import { fromPromise } from "xstate";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import type { Answer, OpenQuestion } from "../../machines/orchestrator-context.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import type { AttemptInput } from "../../machines/task-setup.ts";
import { type Mode, modes } from "../../schemas/manifest.ts";
import type { Outcome, Status } from "../../schemas/outcome.ts";
import { type Shape, specOf } from "./model.ts";
import { transitionsOf, walk } from "./walk.ts";

const never = <Output, Input>() => fromPromise<Output, Input>(() => new Promise(() => {}));
const machineOf = (mode: Mode) =>
  orchestratorMachine(mode).provide({
    actors: {
      task: taskMachine.provide({ actors: { attempt: never<Outcome, AttemptInput>() } }),
      approveBatch: never<boolean, { readonly next: readonly string[] }>(),
      askQuestions: never<readonly Answer[], { readonly questions: readonly OpenQuestion[] }>(),
    },
  });

const settled = (status: Status) => ({ type: "task.settled", task: "a", outcome: { status } });
const ended = (actor: string, output: unknown) => ({ type: `xstate.done.actor.${actor}`, output });
const broken = (actor: string) => ({ type: `xstate.error.actor.${actor}`, error: new Error("broken") });
const events: Readonly<Record<string, { readonly type: string }>> = {
  passes: settled("pass"),
  fails: settled("fail"),
  asks: settled("question"),
  waits: { type: "task.waiting", task: "a" } as { type: string },
  "is starved": { type: "task.starved", task: "a", reason: "test" } as { type: string },
  "is requeued": { type: "task.requeue", task: "a" } as { type: string },
  answer: { type: "task.answer", task: "a", text: "yes" } as { type: string },
  withhold: { type: "run.withhold", reason: "test" } as { type: string },
  cancel: { type: "run.cancel", reason: "test" } as { type: string },
  reply: ended("askQuestions", [{ task: "a", text: "yes" }]),
  "no reply": ended("askQuestions", []),
  "asking breaks": broken("askQuestions"),
  dismiss: { type: "question.dismissed", task: "a" } as { type: string },
  approve: ended("approveBatch", true),
  decline: ended("approveBatch", false),
  "approval breaks": broken("approveBatch"),
};

/** By path, the state in which a run of the single task `a` is. */
type Paths = readonly (readonly [path: string, end: string])[];

const unattended: Paths = [
  ["", "dispatching"],
  ["passes", "settled"],
  ["fails", "settled"],
  ["asks", "settled"],
  ["is starved", "dispatching"],
  ["waits", "dispatching"],
  ["waits, is requeued", "dispatching"],
  ["withhold", "dispatching"],
  ["cancel", "cancelling"],
  ["cancel, cancel", "cancelling"],
  ["cancel, withhold", "cancelling"],
  ["cancel, answer", "cancelling"],
  ["cancel, waits", "settled"],
  ["cancel, passes", "settled"],
  ["passes, passes", "settled"],
  ["passes, cancel", "settled"],
  ["passes, withhold", "settled"],
  ["asks, answer", "settled"],
];

const attended: Paths = [
  ["asks", "awaitingAnswers"],
  ["asks, answer", "dispatching"],
  ["asks, reply", "dispatching"],
  ["asks, dismiss", "awaitingAnswers"],
  ["asks, no reply", "settled"],
  ["asks, asking breaks", "settled"],
  ["asks, cancel", "settled"],
];

/** With a second task in a stage of its own, and a pause before it. */
const staged: Readonly<Record<Mode, Paths>> = {
  "all-parallel": [["passes", "dispatching"]],
  "all-sequential": [["passes", "dispatching"]],
  "dependency-driven": [["passes", "dispatching"]],
  "manual-batching": [
    ["passes", "awaitingApproval"],
    ["passes, approve", "dispatching"],
    ["passes, decline", "settled"],
    ["passes, approval breaks", "settled"],
    ["passes, cancel", "settled"],
    ["asks, answer", "dispatching"],
  ],
};
const unpaused: Paths = [["passes", "dispatching"]];

/** Transitions that a mode's guards never take, though the chart that all modes share has them. */
const impossible: Partial<Record<Mode, readonly string[]>> = {
  // Without dependencies, nothing is skipped for them.
  "all-parallel": [": task.settled [skipsDependents]"],
};

describe.each(modes)("in mode %s", (mode) => {
  const machine = machineOf(mode);
  const one = specOf({ stages: [{ a: "" }] }, mode);
  const two: Shape = { stages: [{ a: "" }, { b: "" }] };
  const groups = [
    ["a run", unattended, one],
    ["an attended run", attended, { ...one, attended: true }],
    ["a run of two stages with a pause", staged[mode], specOf({ ...two, pause: true }, mode)],
    ["a run of two stages", unpaused, specOf(two, mode)],
  ] as const;
  const walkOf = (spec: (typeof groups)[number][2], path: string) =>
    walk(
      machine,
      { spec },
      path.split(", ").flatMap((step) => events[step] ?? []),
    );

  describe.each(groups)("%s", (_, paths, spec) => {
    test.each(paths)("%s → %s", (path, end) => {
      expect(walkOf(spec, path).end).toBe(end);
    });
  });

  test("these paths take every transition of the chart", () => {
    const taken = new Set(
      groups.flatMap(([, paths, spec]) => paths.flatMap(([path]) => walkOf(spec, path).taken)),
    );
    expect(transitionsOf(machine).filter((line) => !taken.has(line))).toEqual(impossible[mode] ?? []);
    expect(modeConfigs[mode].name).toBe(mode);
  });
});
