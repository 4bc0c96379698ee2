import fc from "fast-check";
import { expect, test } from "vitest";
import { initialTransition, transition } from "xstate";
import { orchestratorMachine } from "../../../machines/orchestrator.machine.ts";
import type { Outcome } from "../../../schemas/outcome.ts";
import { type Shape, specOf } from "../model.ts";

interface Job {
  readonly depends: readonly number[];
  readonly duration: number;
  readonly fails: boolean;
  readonly file: number;
}

/** Random graphs: a task depends on earlier ones only, so there is no cycle; no two ends fall together. */
const jobs = fc
  .array(
    fc.record({
      depends: fc.array(fc.nat(), { maxLength: 3 }),
      duration: fc.integer({ min: 1, max: 9 }),
      fails: fc.integer({ min: 0, max: 4 }).map((die) => die === 0),
      file: fc.integer({ min: 0, max: 9 }),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((list): Job[] =>
    list.map((job, at) => ({
      ...job,
      duration: job.duration + Math.sqrt(at + 2),
      depends: at === 0 ? [] : [...new Set(job.depends.map((value) => value % at))],
    })),
  );

/** When each task starts, by a plain simulation; what never starts is absent. File 0 is no file. */
function oracle(list: readonly Job[], slots: number): Map<number, number> {
  const chain = (at: number): number =>
    1 + Math.max(0, ...list.map((job, other) => (job.depends.includes(at) ? chain(other) : 0)));
  const order = list.map((_, at) => at).sort((a, b) => chain(b) - chain(a) || a - b);
  const starts = new Map<number, number>();
  const end = (at: number) => (starts.get(at) ?? Number.POSITIVE_INFINITY) + (list[at]?.duration ?? 0);
  const clash = (a: number, b: number) => list[a]?.file !== 0 && list[a]?.file === list[b]?.file;
  for (let now = 0; now < Number.POSITIVE_INFINITY; ) {
    const running = () => [...starts.keys()].filter((at) => end(at) > now);
    const ready = order.filter(
      (at) => !starts.has(at) && list[at]?.depends.every((need) => end(need) <= now && !list[need]?.fails),
    );
    const free = (at: number) =>
      running().length < slots &&
      ![...running(), ...ready.filter((other) => other < at && !starts.has(other))].some((other) =>
        clash(at, other),
      );
    for (const at of ready) if (free(at)) starts.set(at, now);
    now = Math.min(...running().map(end));
  }
  return starts;
}

/** The same from the orchestrator's machine, with a clock of its own: what ends first settles first. */
function simulate(shape: Shape, list: readonly Job[]): Map<number, number> {
  const machine = orchestratorMachine("dependency-driven");
  const spec = specOf(shape, "dependency-driven");
  const starts = new Map<number, number>();
  const end = (at: number) => (starts.get(at) ?? 0) + (list[at]?.duration ?? 0);
  let [snapshot] = initialTransition(machine, { spec });
  for (let now = 0; ; ) {
    const { running } = snapshot.context.schedule;
    for (const at of running) if (!starts.has(at)) starts.set(at, now);
    const next = [...running].sort((a, b) => end(a) - end(b))[0];
    if (next === undefined) return starts;
    now = end(next);
    const outcome: Outcome = { status: list[next]?.fails ? "fail" : "pass" };
    [snapshot] = transition(machine, snapshot, { type: "task.settled", task: `t${next}`, outcome });
  }
}

const shapeOf = (list: readonly Job[], maxParallel: number): Shape => ({
  stages: [
    Object.fromEntries(list.map((job, at) => [`t${at}`, job.depends.map((need) => `t${need}`).join(" ")])),
  ],
  files: Object.fromEntries(list.map((job, at) => [`t${at}`, job.file === 0 ? [] : [`f${job.file}`]])),
  maxParallel,
});

test("every task starts when a plain simulation says, for any graph, durations, failures, files and slots", () => {
  fc.assert(
    fc.property(jobs, fc.integer({ min: 1, max: 6 }), (list, slots) => {
      expect(simulate(shapeOf(list, slots), list)).toEqual(oracle(list, slots));
    }),
    { numRuns: 500 },
  );
});

test("with a slot for every task and no files, it starts when the last thing that it waits for has passed", () => {
  fc.assert(
    fc.property(jobs, (list) => {
      const free = list.map((job) => ({ ...job, file: 0, fails: false }));
      const starts = simulate(shapeOf(free, 1000), free);
      free.forEach((job, at) => {
        const ends = job.depends.map((need) => (starts.get(need) ?? 0) + (free[need]?.duration ?? 0));
        expect(starts.get(at)).toBe(Math.max(0, ...ends));
      });
    }),
    { numRuns: 200 },
  );
});
