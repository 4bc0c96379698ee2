import { describe, expect, test } from "vitest";
import { type AnyStateMachine, type AnyStateNode, createActor } from "xstate";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import { modes } from "../../schemas/manifest.ts";
import { specOf } from "./model.ts";

// A target that there is not throws when a machine is made; types do not see it.
describe.each(modes)("the orchestrator in mode %s", (mode) => {
  test("can be made, and starts", () => {
    const actor = createActor(orchestratorMachine(mode), {
      input: { spec: specOf({ stages: [{ a: "" }] }, mode) },
    });
    expect(actor.getSnapshot().status).toBe("active");
    expect(modeConfigs[mode].name).toBe(mode);
  });

  test("has no state that nothing leads to", () => {
    expect(unreached(orchestratorMachine(mode))).toEqual([]);
  });

  test("a manifest without a task is over at once", () => {
    const actor = createActor(orchestratorMachine(mode), {
      input: { spec: specOf({ stages: [{}, {}] }, mode) },
    });
    actor.start();
    expect(actor.getSnapshot().value).toBe("settled");
  });
});

describe("a task", () => {
  test("can be made, and begins as pending", () => {
    expect(taskMachine.id).toBe("task");
    expect(taskMachine.config.initial).toBe("pending");
  });

  test("has no state that nothing leads to", () => {
    expect(unreached(taskMachine)).toEqual([]);
  });

  test("goes from pending through ready and working to one of its ends", () => {
    expect(Object.keys(taskMachine.states)).toEqual([
      "pending",
      "ready",
      "working",
      "waiting",
      "parked",
      "done",
      "failed",
      "skipped",
      "cancelled",
    ]);
    expect(Object.keys(taskMachine.states.working?.states ?? {})).toEqual([
      "running",
      "verifying",
      "awaitingOthers",
    ]);
  });
});

/** The states of a machine, but for the first, at which no transition ends. */
function unreached({ root }: AnyStateMachine): string[] {
  const nodes: AnyStateNode[] = [root];
  for (const node of nodes) nodes.push(...Object.values(node.states));
  const transitions = nodes.flatMap((node) => [
    ...[...node.transitions.values()].flat(),
    ...(node.always ?? []),
  ]);
  const targets = new Set<AnyStateNode>([
    ...transitions.flatMap(({ target = [] }) => target),
    ...nodes.flatMap(({ initial }) => initial?.target ?? []),
  ]);
  return nodes.filter((node) => node !== root && !targets.has(node)).map(({ key }) => key);
}
