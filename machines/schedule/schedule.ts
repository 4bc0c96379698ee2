import { isDone, type Status } from "../../schemas/outcome.ts";
import { barrierBefore } from "./order.ts";
import { Chunked, NumberSet } from "./persistent.ts";
import { propagate, standingAfter, standingOf } from "./propagate.ts";
import type { Change, Effect, NodeState, RunSpec, Schedule } from "./types.ts";

/** Every node pending, except the tasks that need nothing, which are ready; then applies what was settled before a resume. */
export function initialSchedule(spec: RunSpec): Schedule {
  const unmet = spec.order.needs.map((needs) => needs.length);
  const isFirst = (node: number) => unmet[node] === 0 && node < spec.order.tasks;
  const first = unmet.flatMap((_, node) => (isFirst(node) ? [node] : []));
  const none = Chunked.from(unmet.map(() => 0));
  let schedule: Schedule = {
    nodes: Chunked.from<NodeState>(unmet.map((_, node) => (isFirst(node) ? "ready" : "pending"))),
    unmet: Chunked.from(unmet),
    held: none,
    failed: none,
    ready: NumberSet.from(
      spec.order.tasks,
      first.map((task) => spec.rankOf[task] as number),
    ),
    running: [],
    waiting: [],
    pendingBarrier: undefined,
  };
  for (const [task, { outcome }] of spec.restored) {
    if (!outcome) continue;
    const effect = isDone(outcome.status) ? "release" : "hold";
    schedule = settle(spec, schedule, task, outcome.status, effect).schedule;
  }
  return schedule;
}

/** Tasks that may start, in plan order. */
export const readyTasks = ({ taskAt }: RunSpec, { ready }: Schedule): number[] =>
  [...ready].map((rank) => taskAt[rank] as number).sort((a, b) => a - b);

/** Whether no task runs or waits for its next attempt. */
export const isIdle = ({ running, waiting }: Schedule): boolean => running.length + waiting.length === 0;

/** The ready task that starts next: the first by rank that shares no lock with a started one and has room in its pools. Undefined if none can. */
export function nextToStart(spec: RunSpec, schedule: Schedule): number | undefined {
  const { running, waiting } = schedule;
  const held = new Set([...running, ...waiting].flatMap((task) => spec.locks.of[task] ?? []));
  const full = spec.pools.filter(
    ({ tasks, limit }) => running.reduce((count, task) => count + (tasks.has(task) ? 1 : 0), 0) >= limit,
  );
  for (const rank of schedule.ready) {
    const task = spec.taskAt[rank] as number;
    const locks = spec.locks.of[task] ?? [];
    if (isBehindClosedBarrier(spec, schedule, task)) continue;
    if (locks.some((lock) => held.has(lock)) || full.some(({ tasks }) => tasks.has(task))) continue;
    // Of two ready tasks that share a file, the later one in the plan waits, whatever its priority.
    if (locks.some((lock) => earlierIsReady(spec, schedule, lock, task))) continue;
    return task;
  }
  return undefined;
}

/** Whether a task of an earlier stage runs again, after an answer, since this task became ready. */
function isBehindClosedBarrier(spec: RunSpec, schedule: Schedule, task: number): boolean {
  const barrier = barrierBefore(spec.order, task);
  return barrier !== undefined && schedule.unmet.at(barrier) > 0;
}

function earlierIsReady(spec: RunSpec, schedule: Schedule, lock: number, task: number): boolean {
  for (const holder of spec.locks.holders[lock] ?? []) {
    if (holder >= task) return false;
    if (schedule.nodes.at(holder) === "ready") return true;
  }
  return false;
}

export function start(spec: RunSpec, schedule: Schedule, task: number): Schedule {
  return {
    ...schedule,
    nodes: schedule.nodes.with(task, "running"),
    ready: schedule.ready.without(spec.rankOf[task] as number),
    running: [...schedule.running, task],
  };
}

/** Frees a running task's slot until the task is requeued. */
export function defer(schedule: Schedule, task: number): Schedule {
  return {
    ...schedule,
    nodes: schedule.nodes.with(task, "waiting"),
    running: without(schedule.running, task),
    waiting: [...schedule.waiting, task],
  };
}

/** Makes a deferred or parked task ready again. What waited for the parked one's answer now waits for the task. */
export function requeue(spec: RunSpec, schedule: Schedule, task: number): Schedule {
  const next: Schedule = {
    ...schedule,
    nodes: schedule.nodes.with(task, "ready"),
    ready: schedule.ready.with(spec.rankOf[task] as number),
    waiting: without(schedule.waiting, task),
  };
  return propagate(spec, next, { node: task, before: standingOf(spec, schedule, task), after: "open" })
    .schedule;
}

const without = (tasks: readonly number[], task: number): readonly number[] =>
  tasks.filter((other) => other !== task);

/** Records a task's status and propagates its effect. */
export function settle(
  spec: RunSpec,
  schedule: Schedule,
  task: number,
  status: Status,
  effect: Effect,
): Change {
  const rest: Schedule = {
    ...schedule,
    nodes: schedule.nodes.with(task, status),
    ready: schedule.ready.without(spec.rankOf[task] as number),
    running: without(schedule.running, task),
    waiting: without(schedule.waiting, task),
  };
  const before = standingOf(spec, schedule, task);
  return propagate(spec, rest, { node: task, before, after: standingAfter[effect] });
}

/** Settles several unstarted tasks with one status, then propagates the effect of each. */
export function settleUnstarted(
  spec: RunSpec,
  schedule: Schedule,
  tasks: readonly number[],
  effect: Effect,
  status: Status,
): Change {
  let { nodes, ready } = schedule;
  for (const task of tasks) {
    nodes = nodes.with(task, status);
    ready = ready.without(spec.rankOf[task] as number);
  }
  const gone = new Set(tasks);
  const waiting = schedule.waiting.filter((task) => !gone.has(task));
  let change: Change = { schedule: { ...schedule, nodes, ready, waiting }, ready: [], skipped: [] };
  for (const task of tasks) {
    const before = standingOf(spec, schedule, task);
    const next = propagate(spec, change.schedule, { node: task, before, after: standingAfter[effect] });
    change = {
      ...next,
      ready: [...change.ready, ...next.ready],
      skipped: [...change.skipped, ...next.skipped],
    };
  }
  return change;
}

/** Opens the pending barrier, if there is one. */
export function openBarrier(spec: RunSpec, schedule: Schedule): Change {
  const { pendingBarrier: node, nodes } = schedule;
  if (node === undefined) return { schedule, ready: [], skipped: [] };
  const opened = { ...schedule, nodes: nodes.with(node, "pass"), pendingBarrier: undefined };
  return propagate(spec, opened, { node, before: "open", after: standingOf(spec, opened, node) });
}

/** Tasks that wait for a person's answer, in plan order. */
export const parked = (spec: RunSpec, schedule: Schedule): number[] =>
  spec.graph.tasks.flatMap((_, task) => (isParkedState(schedule.nodes.at(task)) ? [task] : []));

export const isParkedState = (state: NodeState | undefined): boolean =>
  state === "question" || state === "escalated";

/** Tasks that have neither started nor settled, deferred ones included, in plan order. */
export function unstarted(spec: RunSpec, schedule: Schedule): number[] {
  return spec.taskAt
    .filter((task) => ["pending", "ready", "waiting"].includes(schedule.nodes.at(task)))
    .sort((a, b) => a - b);
}
