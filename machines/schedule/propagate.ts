import type { Change, Effect, RunSpec, Schedule } from "./types.ts";

/**
 * What a node means to the nodes that need it. `open`: it is still to settle. `held`: nothing happens to it before a
 * person answers a question, its own or that of a task that it needs. A barrier is `open` until all that it waits for
 * is `passed`, `failed` or `held`.
 */
export type Standing = "open" | "passed" | "failed" | "held";

export const standingAfter: Readonly<Record<Effect, Standing>> = {
  release: "passed",
  skip: "failed",
  hold: "held",
};

/** Whether a task needs the stages before it to pass, and not only to settle: it names no dependency. */
export const reliesOnStages = ({ mode, graph }: RunSpec, task: number): boolean =>
  mode.reliesOnStages && graph.depends[task]?.length === 0;

/** The standing of a node before it changes; of a task that neither settles nor runs, `held` if what it needs is. */
export function standingOf(spec: RunSpec, { nodes, unmet, held, failed }: Schedule, node: number): Standing {
  const state = nodes.at(node);
  if (node < spec.order.tasks) {
    if (state === "question" || state === "escalated") return "held";
    return state === "pending" && held.at(node) > 0 ? "held" : "open";
  }
  if (unmet.at(node) > 0 || state !== "pass") return "open";
  if (failed.at(node) > 0) return "failed";
  return held.at(node) > 0 ? "held" : "passed";
}

/** A node whose standing has changed, and the task or barrier whose failure goes on to what needs it. */
interface Changed {
  readonly node: number;
  readonly before: Standing;
  readonly after: Standing;
  readonly because: number;
}

/**
 * Carries a changed standing on to all nodes that need it, directly or through others. A failure skips the tasks that
 * depend on it by name, at once; the tasks that rely on a barrier are skipped when it opens and one before it failed.
 */
export function propagate(
  spec: RunSpec,
  schedule: Schedule,
  { node, before, after }: Omit<Changed, "because">,
): Change {
  const draft: Draft = { ...schedule, readied: [], skipped: [], queue: [] };
  if (before !== after) draft.queue.push({ node, before, after, because: node });
  for (const changed of draft.queue) {
    for (const behind of spec.order.dependents[changed.node] ?? []) update(spec, draft, behind, changed);
  }
  const { readied, skipped, queue, ...next } = draft;
  return { schedule: next, ready: readied, skipped };
}

/** A schedule under construction. */
interface Draft extends Writable<Schedule> {
  readonly readied: number[];
  readonly skipped: { readonly task: number; readonly because: number }[];
  readonly queue: Changed[];
}
type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Changes one node for a changed need of it. */
function update(spec: RunSpec, draft: Draft, node: number, { node: need, before, after, because }: Changed) {
  const isTask = node < spec.order.tasks;
  if (isTask && draft.nodes.at(node) !== "pending") return;
  const own = standingOf(spec, draft, node);
  const [was, is] = [weightOf(spec, need, node, before), weightOf(spec, need, node, after)];
  for (const count of ["unmet", "held", "failed"] as const) {
    if (was[count] === is[count]) continue;
    draft[count] = draft[count].with(node, draft[count].at(node) + is[count] - was[count]);
  }
  const isSkipped = isTask && is.failed > 0;
  if (isSkipped) skip(draft, node, because);
  else if (!isTask) openOrClose(spec, draft, node);
  else if (draft.unmet.at(node) === 0) makeReady(spec, draft, node);
  const now = isSkipped ? "failed" : standingOf(spec, draft, node);
  // What depends on a task that a barrier skipped names that task, not the barrier.
  const root = isTask && because < spec.order.tasks ? because : node;
  if (now !== own) draft.queue.push({ node, before: own, after: now, because: root });
}

/** What a need of a given standing adds to the counts of a node. */
function weightOf(spec: RunSpec, need: number, node: number, standing: Standing) {
  const isBarrier = (one: number) => one >= spec.order.tasks;
  const needsPass = !isBarrier(node) && (!isBarrier(need) || reliesOnStages(spec, node));
  const isMet = needsPass ? standing === "passed" : standing !== "open";
  const isTold = needsPass || isBarrier(node);
  return {
    unmet: isMet ? 0 : 1,
    held: isTold && standing === "held" ? 1 : 0,
    failed: isTold && standing === "failed" ? 1 : 0,
  };
}

function skip(draft: Draft, task: number, because: number): void {
  draft.nodes = draft.nodes.with(task, "skipped");
  draft.skipped.push({ task, because });
}

function makeReady(spec: RunSpec, draft: Draft, task: number): void {
  draft.nodes = draft.nodes.with(task, "ready");
  draft.ready = draft.ready.with(spec.rankOf[task] as number);
  draft.readied.push(task);
}

/** A barrier opens by itself except between batches, and closes while an answered task behind it runs again. */
function openOrClose(spec: RunSpec, draft: Draft, barrier: number): void {
  const isMet = draft.unmet.at(barrier) === 0;
  if (!isMet && draft.pendingBarrier === barrier) draft.pendingBarrier = undefined;
  if (!isMet || draft.nodes.at(barrier) === "pass") return;
  if (spec.mode.isBatched) draft.pendingBarrier = barrier;
  else draft.nodes = draft.nodes.with(barrier, "pass");
}
