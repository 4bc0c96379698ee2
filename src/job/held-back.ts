import { barrierBefore } from "../../machines/schedule/order.ts";
import { reliesOnStages } from "../../machines/schedule/propagate.ts";
import type { RunSpec } from "../../machines/schedule/types.ts";

/**
 * For each stage that others wait for, the tasks that are skipped if any of its tasks does not pass: those of later
 * stages that name no dependency, and what depends on these. The tasks that depend on the failed one come on top.
 */
export function heldBackByStage(spec: RunSpec): { stage: string; tasks: number[] }[] {
  const { graph, order } = spec;
  const relying = graph.tasks
    .map((_, task) => task)
    .filter((task) => reliesOnStages(spec, task) && barrierBefore(order, task) !== undefined);
  const used = graph.stages.flatMap(({ tasks }, at) => (tasks.length > 0 ? [at] : []));
  // Without barriers, as in a mode that ignores order, no stage holds anything back.
  if (order.needs.length === order.tasks) return [];
  return used.slice(0, -1).map((stage) => {
    const skipped = new Set(relying.filter((task) => (graph.stageOf[task] as number) > stage));
    for (const task of skipped)
      for (const behind of order.dependents[task] ?? []) if (behind < order.tasks) skipped.add(behind);
    return { stage: graph.stages[stage]?.name ?? "", tasks: [...skipped].sort((a, b) => a - b) };
  });
}
