import type { Manifest } from "../../schemas/manifest.ts";
import { taskGraph } from "./graph.ts";
import { locksOf } from "./locks.ts";
import type { ModeRules, RunSpec } from "./types.ts";

/** Turns a manifest into what the machines run: tasks as numbers, their order, file locks and ranks. */
export function runSpec(
  manifest: Pick<Manifest, "stages" | "stage_barriers" | "max_parallel" | "pause">,
  mode: ModeRules,
  {
    pools = [],
    engines = [],
    fixes = [],
    restored = new Map(),
    attended = false,
  }: Partial<Pick<RunSpec, "pools" | "engines" | "fixes" | "restored" | "attended">> = {},
): RunSpec {
  const graph = taskGraph(manifest);
  const order = mode.order(graph, manifest.stage_barriers);
  const priorities = mode.priorities(graph, order);
  const taskAt = graph.tasks.map((_, task) => task);
  taskAt.sort((a, b) => (priorities[b] ?? 0) - (priorities[a] ?? 0) || a - b);
  const rankOf: number[] = [];
  taskAt.forEach((task, rank) => {
    rankOf[task] = rank;
  });
  const locks = locksOf(graph.tasks.map((task) => task.files));
  return {
    graph,
    mode,
    order,
    locks,
    maxParallel: manifest.max_parallel,
    pause: manifest.pause,
    attended,
    pools,
    engines,
    fixes,
    restored,
    rankOf,
    taskAt,
  };
}
