import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as graph from "../../../machines/schedule/graph.ts";
import * as walks from "../../../machines/schedule/order.ts";
import type { ManifestTask } from "../../../schemas/manifest.ts";

interface Task {
  readonly id: string;
  readonly depends: readonly string[];
}

/** Stages of tasks that depend on earlier ones of theirs or of an earlier stage: no cycle in any mode. */
const plans = fc
  .array(fc.array(fc.array(fc.nat(), { maxLength: 3 }), { maxLength: 5 }), { minLength: 1, maxLength: 5 })
  .map((stages): Task[][] => {
    let count = 0;
    return stages.map((tasks) =>
      tasks.map((picks) => {
        const depends = count === 0 ? [] : [...new Set(picks.map((pick) => `t${pick % count}`))];
        count += 1;
        return { id: `t${count - 1}`, depends };
      }),
    );
  });

/** Any graph, cycles, loops and unknown names included. */
const anyGraph = fc
  .array(fc.array(fc.nat(12), { maxLength: 3 }), { minLength: 1, maxLength: 10 })
  .map((list): Task[][] => [
    list.map((depends, at) => ({ id: `t${at}`, depends: depends.map((need) => `t${need}`) })),
  ]);

const graphOf = (stages: readonly (readonly Task[])[]) =>
  graph.taskGraph({
    stages: stages.map((tasks, at) => ({ name: `s${at}`, tasks: tasks as unknown as ManifestTask[] })),
  });

/** What each task waits for itself, from the words of design.md. */
function naiveWaits(stages: readonly (readonly Task[])[], barriers: "strict" | "relaxed"): string[][] {
  const earlier: string[] = [];
  return stages.flatMap((tasks) => {
    const waits = tasks.map(({ depends }) => {
      const barrier = barriers === "relaxed" && depends.length > 0 ? [] : earlier;
      return [...new Set([...depends, ...barrier])].sort();
    });
    earlier.push(...tasks.map(({ id }) => id));
    return waits;
  });
}

const barriers = fc.constantFrom("strict" as const, "relaxed" as const);

describe("on any plan", () => {
  test("a task waits for what it names and for what its stage's barrier holds", () => {
    fc.assert(
      fc.property(plans, barriers, (stages, kind) => {
        const facts = graphOf(stages);
        const waits = walks.waitsFor(graph.stageOrder(facts, kind));
        expect(waits.map((needs) => needs.map((need) => facts.tasks[need]?.id ?? "").sort())).toEqual(
          naiveWaits(stages, kind),
        );
      }),
    );
  });

  test("levels and the longest chain are those of a naive recursion", () => {
    fc.assert(
      fc.property(plans, barriers, (stages, kind) => {
        const facts = graphOf(stages);
        const order = graph.stageOrder(facts, kind);
        const waits = walks.waitsFor(order);
        const depth = (task: number): number => 1 + Math.max(0, ...(waits[task] ?? []).map(depth));
        const behind = (task: number): number =>
          1 + Math.max(0, ...waits.flatMap((needs, other) => (needs.includes(task) ? [behind(other)] : [])));
        const levels = walks.levels(order);
        expect(levels.flat().sort((a, b) => a - b)).toEqual(facts.tasks.map((_, task) => task));
        levels.forEach((wave, at) => {
          for (const task of wave) expect(depth(task)).toBe(at + 1);
        });
        const lengths = walks.chainLengths(order);
        facts.tasks.forEach((_, task) => {
          expect(lengths[task]).toBe(behind(task));
        });
        const chain = walks.longestChain(order);
        expect(chain).toHaveLength(Math.max(0, ...facts.tasks.map((_, task) => depth(task))));
        chain.forEach((task, at) => {
          if (at > 0) expect(waits[task]).toContain(chain[at - 1]);
        });
        expect(walks.cycles(order)).toEqual([]);
      }),
    );
  });

  test("batches hold every task once, stage by stage, and none with one that it waits for", () => {
    fc.assert(
      fc.property(plans, (stages) => {
        const facts = graphOf(stages);
        const batches = graph.batchesOf(facts);
        expect(batches.flat().sort((a, b) => a - b)).toEqual(facts.tasks.map((_, task) => task));
        expect(batches.every((batch) => batch.length > 0)).toBe(true);
        const batchOf = new Map(batches.flatMap((batch, at) => batch.map((task) => [task, at] as const)));
        const stagesOf = batches.map((batch) => [...new Set(batch.map((task) => facts.stageOf[task] ?? -1))]);
        expect(stagesOf.every((of) => of.length === 1)).toBe(true);
        expect(stagesOf.flat()).toEqual(stagesOf.flat().toSorted((a, b) => a - b));
        facts.depends.forEach((needs, task) => {
          for (const need of needs) expect(batchOf.get(need)).toBeLessThan(batchOf.get(task) ?? -1);
        });
        // And no batch is split without need.
        batches.forEach((batch, at) => {
          if (at === 0 || stagesOf[at]?.[0] !== stagesOf[at - 1]?.[0]) return;
          for (const task of batch)
            expect(facts.depends[task]?.some((need) => batchOf.get(need) === at - 1)).toBe(true);
        });
      }),
    );
  });
});

describe("on any graph", () => {
  const orderOf = (stages: readonly (readonly Task[])[]) => {
    const facts = graphOf(stages);
    return { facts, order: graph.ordered(facts, [], () => false) };
  };

  test("topological leaves out what waits for a cycle, and nothing else", () => {
    fc.assert(
      fc.property(anyGraph, (stages) => {
        const { order } = orderOf(stages);
        const sorted = walks.topological(order);
        const stuck = (task: number, path: readonly number[]): boolean =>
          path.includes(task) || (order.needs[task] ?? []).some((need) => stuck(need, [...path, task]));
        const free = order.needs.flatMap((_, task) => (stuck(task, []) ? [] : [task]));
        expect([...sorted].sort((a, b) => a - b)).toEqual(free);
        sorted.forEach((task, at) => {
          for (const need of order.needs[task] ?? []) expect(sorted.indexOf(need)).toBeLessThan(at);
        });
      }),
    );
  });

  test("a cycle is found in each knot, no shorter one runs through its first node, and each step is a dependency", () => {
    fc.assert(
      fc.property(anyGraph, (stages) => {
        const { order } = orderOf(stages);
        const found = walks.cycles(order);
        const reaches = (from: number, to: number): boolean => {
          const seen = new Set<number>();
          const open = [...(order.needs[from] ?? [])];
          for (const node of open) {
            if (seen.has(node)) continue;
            seen.add(node);
            open.push(...(order.needs[node] ?? []));
          }
          return seen.has(to);
        };
        for (const cycle of found) {
          cycle.forEach((node, at) => {
            expect(order.needs[node]).toContain(cycle[(at + 1) % cycle.length]);
          });
          expect(new Set(cycle).size).toBe(cycle.length);
        }
        const inKnot = order.needs.flatMap((_, node) => (reaches(node, node) ? [node] : []));
        for (const node of inKnot) {
          const told = found.filter(([first = -1]) => reaches(first, node) && reaches(node, first));
          expect(told).toHaveLength(1);
        }
      }),
    );
  });

  test("unknown and repeated dependencies, and repeated ids, are left out", () => {
    const facts = graphOf([
      [
        { id: "a", depends: ["x", "a"] },
        { id: "a", depends: [] },
      ],
      [{ id: "b", depends: ["a", "a"] }],
    ]);
    expect(facts.tasks.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(facts.depends).toEqual([[0], [0]]);
    expect(facts.stageOf).toEqual([0, 1]);
  });
});

test("ten thousand tasks behind ten thousand others cost their sum in edges, and not their product", () => {
  const stage = (name: string) =>
    Array.from({ length: 10_000 }, (_, at) => ({ id: `${name}${at}`, depends: [] }));
  const order = graph.stageOrder(graphOf([stage("a"), stage("b"), stage("c")]), "strict");
  expect(order.needs.reduce((sum, needs) => sum + needs.length, 0)).toBeLessThan(45_000);
  expect(walks.levels(order).map((wave) => wave.length)).toEqual([10_000, 10_000, 10_000]);
});
