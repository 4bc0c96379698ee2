import type { Manifest, ManifestTask } from "../../schemas/manifest.ts";
import { type Order, topological } from "./order.ts";

/** A manifest's tasks by number, in plan order. Unknown and repeated `depends`, and repeated ids, are left out. */
export interface TaskGraph {
  readonly tasks: readonly ManifestTask[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly stages: readonly { readonly name: string; readonly tasks: readonly number[] }[];
  readonly stageOf: readonly number[];
  /** Explicit dependencies of each task. */
  readonly depends: readonly (readonly number[])[];
}

export function taskGraph(manifest: Pick<Manifest, "stages">): TaskGraph {
  const tasks: ManifestTask[] = [];
  const indexOf = new Map<string, number>();
  const stageOf: number[] = [];
  const stages = manifest.stages.map((stage, stageIndex) => {
    const members: number[] = [];
    for (const task of stage.tasks) {
      if (indexOf.has(task.id)) continue;
      indexOf.set(task.id, tasks.length);
      members.push(tasks.length);
      stageOf.push(stageIndex);
      tasks.push(task);
    }
    return { name: stage.name, tasks: members };
  });
  const depends = tasks.map((task) => [...new Set(task.depends.flatMap((id) => indexOf.get(id) ?? []))]);
  return { tasks, indexOf, stages, stageOf, depends };
}

/** No order at all: nothing waits for anything. */
export function unordered(graph: TaskGraph): Order {
  return withDependents(
    graph.tasks.length,
    graph.tasks.map(() => []),
  );
}

/** Explicit dependencies and, by group of tasks (stages or batches), the barrier of every earlier group. */
export function ordered(
  graph: TaskGraph,
  groups: readonly (readonly number[])[],
  keepsBarrier: (task: number) => boolean,
): Order {
  const needs: number[][] = graph.depends.map((depends) => [...depends]);
  let barrier: number | undefined;
  let before: readonly number[] = [];
  for (const group of groups) {
    if (before.length > 0) {
      needs.push(barrier === undefined ? [...before] : [barrier, ...before]);
      barrier = needs.length - 1;
    }
    if (barrier !== undefined) for (const task of group) if (keepsBarrier(task)) needs[task]?.push(barrier);
    if (group.length > 0) before = group;
  }
  return withDependents(graph.tasks.length, needs);
}

/**
 * Under `strict` every task keeps its stage's barrier; under `relaxed` only one that does not say what it depends on,
 * not even with an empty list.
 */
export function stageOrder(graph: TaskGraph, barriers: Manifest["stage_barriers"]): Order {
  const groups = graph.stages.map((stage) => stage.tasks);
  const saysNothing = (task: number) =>
    graph.depends[task]?.length === 0 && !graph.tasks[task]?.waitsForNothing;
  return ordered(graph, groups, (task) => barriers === "strict" || saysNothing(task));
}

/** The batches of manual-batching: each stage, split where dependencies inside it ask for it. */
export function batchesOf(graph: TaskGraph): number[][] {
  return graph.stages.flatMap((stage, stageIndex) => {
    const inside = ordered(graph, [], () => false);
    const level = new Map<number, number>();
    for (const task of topological(inside)) {
      if (graph.stageOf[task] !== stageIndex) continue;
      const needs = inside.needs[task] ?? [];
      level.set(task, 1 + needs.reduce((most, need) => Math.max(most, level.get(need) ?? -1), -1));
    }
    const batches: number[][] = [];
    for (const task of stage.tasks) {
      const at = level.get(task) ?? 0;
      const batch = batches[at];
      if (batch) batch.push(task);
      else batches[at] = [task];
    }
    return batches.filter((batch) => batch.length > 0);
  });
}

function withDependents(tasks: number, needs: readonly (readonly number[])[]): Order {
  const dependents: number[][] = needs.map(() => []);
  needs.forEach((of, node) => {
    for (const need of of) dependents[need]?.push(node);
  });
  return { tasks, needs, dependents };
}
