import { isDone, isParked } from "../schemas/outcome.ts";
import { idOf, type OrchestratorContext } from "./orchestrator-context.ts";
import { tasksBehind } from "./schedule/order.ts";

/** How many tasks of a stage a reason names. */
const maxNames = 3;

/** Returns why a task is skipped, by the task or barrier that caused it, as of the draft at that time; each reason is made once. */
export function skipReasons(
  context: OrchestratorContext,
  draft: Pick<OrchestratorContext, "outcomes">,
): (because: number) => string {
  const reasons = new Map<number, string>();
  return (because) => {
    const isTask = because < context.spec.order.tasks;
    const reason =
      reasons.get(because) ??
      (isTask
        ? `depends on ${idOf(context, because)}, which did not pass`
        : stageReason(context, draft.outcomes, because));
    reasons.set(because, reason);
    return reason;
  };
}

/** Names the first stage before a barrier that did not pass, and its tasks that failed; if none did, that were skipped. */
function stageReason(
  context: OrchestratorContext,
  outcomes: OrchestratorContext["outcomes"],
  barrier: number,
): string {
  const { graph, order } = context.spec;
  const statusOf = (task: number) => outcomes.at(task)?.status ?? "question";
  const failed = tasksBehind(order, barrier).filter(
    (task) => !isDone(statusOf(task)) && !isParked(statusOf(task)),
  );
  const stage = failed.reduce(
    (first, task) => Math.min(first, graph.stageOf[task] as number),
    Number.POSITIVE_INFINITY,
  );
  const inStage = failed.filter((task) => graph.stageOf[task] === stage);
  const roots = inStage.filter((task) => statusOf(task) !== "skipped");
  const named = roots.length > 0 ? roots : inStage;
  const names = named.slice(0, maxNames).map((task) => idOf(context, task));
  const more = named.length > maxNames ? ` and ${named.length - maxNames} more` : "";
  return `stage ${graph.stages[stage]?.name} did not pass: ${names.join(", ")}${more}`;
}
