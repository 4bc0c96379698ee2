import { expect, test } from "vitest";
import type { RunEvent, RunEventBody } from "../../schemas/event.ts";
import { RunState } from "../../src/history/run-state.ts";
import { slotsOf } from "../../visualizations/page/slots.ts";

const key = { prompt: "p", options: "o", results: "r" };
const jobOf = (...ids: string[]) => ({
  ...{ manifest: "m", mode: "all-parallel" as const, max_parallel: 2, directory: "d" },
  ...{ stage_barriers: "strict" as const, critical_path: [], conflicts: [] },
  tasks: ids.map((id) => ({
    ...{ id, title: id, stage: "s", depends: [], files: [] },
    ...{ engine: "command" as const, tier: "deep" as const },
  })),
});
/** Applies events, each at a second. */
const apply = (run: RunState, ...events: readonly (readonly [second: number, body: RunEventBody])[]) => {
  for (const [second, body] of events)
    run.apply({ ...body, at: new Date(second * 1000).toISOString(), run: "r" } as RunEvent);
};

test("attempts take the first free slot", () => {
  const run = new RunState();
  apply(
    run,
    [0, { event: "run.started", ...jobOf("a", "b", "c"), options: {} }],
    [1, { event: "task.started", task: "a", attempt: 1, key }],
    [2, { event: "task.started", task: "b", attempt: 1, key }],
    [3, { event: "task.settled", task: "a", status: "pass", duration_s: 2 }],
    [3, { event: "task.started", task: "c", attempt: 1, key }],
  );
  expect(Object.fromEntries(slotsOf(run))).toEqual({ a: [0], b: [1], c: [0] });
});

test("an attempt that a kill cut off ended when its run last wrote, and left its slot then", () => {
  const run = new RunState();
  const job = jobOf("a", "b");
  apply(
    run,
    [0, { event: "run.started", ...job, options: {} }],
    [1, { event: "task.started", task: "a", attempt: 1, key }],
    [2, { event: "task.started", task: "b", attempt: 1, key }],
    [5, { event: "task.ready", task: "b" }],
    [900, { event: "task.answered", task: "b", attempt: 1, text: "yes" }],
    [1000, { event: "run.resumed", ...job, kept: [], again: [] }],
  );
  const cut = { number: 1, key, startedAt: 1000, endedAt: 5000, duration_s: 4 };
  expect(run.tasks.get("a")?.attempts).toEqual([cut]);
  apply(
    run,
    [1001, { event: "task.started", task: "a", attempt: 2, key }],
    [1002, { event: "task.started", task: "b", attempt: 2, key }],
  );
  expect(Object.fromEntries(slotsOf(run))).toEqual({ a: [0, 0], b: [1, 1] });
  expect(run.tasks.get("b")?.attempts.map(({ endedAt }) => endedAt)).toEqual([5000, undefined]);
});
