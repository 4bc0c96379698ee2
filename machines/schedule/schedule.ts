import type { Manifest, Mode } from "../../schemas/manifest.ts";
import { isDone, type Status } from "../../schemas/outcome.ts";
import type { Restored } from "../task-setup.ts";
import type { TaskGraph } from "./graph.ts";
import type { Locks } from "./locks.ts";
import type { Order } from "./order.ts";
import { Chunked, NumberSet } from "./persistent.ts";

type Facts = { readonly spec: RunSpec; readonly schedule: Schedule };

/** The questions that the orchestrator's transitions ask of a mode. Total and pure. */
export interface ModeGuards {
  /** Whether one more task may run beside those that do. */
  readonly hasSlot: (facts: Facts) => boolean;
  /** Whether a task that failed or was skipped takes the tasks that depend on it with it. */
  readonly skipsDependents: (facts: Facts) => boolean;
  /** Whether every task of the current batch has settled and another batch follows. */
  readonly batchHasSettled: (facts: Facts) => boolean;
  /** Whether a person must approve the next batch before it opens. */
  readonly awaitsApproval: (facts: Facts) => boolean;
}

/** How a mode schedules tasks: the part of a mode that needs no chart. */
export interface ModeRules {
  readonly name: Mode;
  /** Whether `depends` and stages order the tasks. */
  readonly usesDependencies: boolean;
  /** Whether one task runs at a time, whatever `max_parallel` says. */
  readonly isSequential: boolean;
  /** Whether tasks run in batches with an end that a person can wait at. */
  readonly isBatched: boolean;
  /** What people call a group of tasks that may run together. */
  readonly stepWord: "wave" | "step" | "batch";
  /** What waits for what. */
  readonly order: (graph: TaskGraph, barriers: Manifest["stage_barriers"]) => Order;
  /** By task: the ready task with the highest priority starts first; ties, and missing ones, go by plan order. */
  readonly priorities: (graph: TaskGraph, order: Order) => readonly number[];
  /** What a barrier requires of the tasks before it: that they passed, or only that they settled. */
  readonly barrierOpensWhen: "passed" | "settled";
  readonly guards: ModeGuards;
}

/** Everything that stays the same while a manifest runs. Tasks are numbers in plan order. */
export interface RunSpec {
  readonly graph: TaskGraph;
  readonly mode: ModeRules;
  readonly order: Order;
  readonly locks: Locks;
  readonly maxParallel: number;
  /** Wait for a person's approval between batches. */
  readonly pause: boolean;
  /** Whether somebody can answer the questions of parked tasks once nothing else is left to do. */
  readonly attended: boolean;
  /** Groups of tasks with a limit of their own beside `maxParallel`, such as the tasks of one engine. */
  readonly pools: readonly Pool[];
  /** The engine of each task, by number. */
  readonly engines: readonly string[];
  /** How often each task's agent is asked to fix a failing `verify` command. */
  readonly fixes: readonly number[];
  /** What resumed tasks bring along from an earlier part of the run, by number. */
  readonly restored: ReadonlyMap<number, Restored>;
  /** The rank of each task among ready ones, and the task of each rank. */
  readonly rankOf: readonly number[];
  readonly taskAt: readonly number[];
}

export interface Pool {
  readonly tasks: ReadonlySet<number>;
  readonly limit: number;
}

/** The state of a node; a barrier is `pass` once open and `skipped` once it can no longer open. */
export type NodeState = "pending" | "ready" | "running" | "waiting" | Status;

/** The state of a run: what each task waits for, which may start, which run. Immutable: every change returns a new one. */
export interface Schedule {
  readonly nodes: Chunked<NodeState>;
  /** How many direct needs of each node are still unmet. */
  readonly unmet: Chunked<number>;
  /** Ready tasks, by rank. */
  readonly ready: NumberSet;
  readonly running: readonly number[];
  /** Tasks that gave their slot back until their next attempt; they keep their file locks. */
  readonly waiting: readonly number[];
  /** In a batched mode, the barrier whose batch has settled and that has not been opened yet. */
  readonly pendingBarrier: number | undefined;
}

/** What a settled task does to the nodes that need it: releases them, skips them, or neither. */
export type Effect = "release" | "skip" | "hold";

/** A new schedule, the tasks that became ready, and those that were skipped with the task that caused it. */
export interface Change {
  readonly schedule: Schedule;
  readonly ready: readonly number[];
  readonly skipped: readonly { readonly task: number; readonly because: number }[];
}

/** Every node pending, except the tasks that need nothing, which are ready; then applies what was settled before a resume. */
export function initialSchedule(spec: RunSpec): Schedule {
  const unmet = spec.order.needs.map((needs) => needs.length);
  const isFirst = (node: number) => unmet[node] === 0 && node < spec.order.tasks;
  const first = unmet.flatMap((_, node) => (isFirst(node) ? [node] : []));
  let schedule: Schedule = {
    nodes: Chunked.from<NodeState>(unmet.map((_, node) => (isFirst(node) ? "ready" : "pending"))),
    unmet: Chunked.from(unmet),
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
    if (locks.some((lock) => held.has(lock)) || full.some(({ tasks }) => tasks.has(task))) continue;
    // Of two ready tasks that share a file, the later one in the plan waits, whatever its priority.
    if (locks.some((lock) => earlierIsReady(spec, schedule, lock, task))) continue;
    return task;
  }
  return undefined;
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

/** Makes a deferred or parked task ready again. */
export function requeue(spec: RunSpec, schedule: Schedule, task: number): Schedule {
  let { unmet, pendingBarrier } = schedule;
  // A parked task counted as settled for its batch and will settle a second time.
  if (spec.mode.barrierOpensWhen === "settled" && schedule.nodes.at(task) !== "waiting") {
    for (const behind of spec.order.dependents[task] ?? []) {
      if (behind < spec.order.tasks || schedule.nodes.at(behind) !== "pending") continue;
      unmet = unmet.with(behind, unmet.at(behind) + 1);
      if (pendingBarrier === behind) pendingBarrier = undefined;
    }
  }
  return {
    ...schedule,
    nodes: schedule.nodes.with(task, "ready"),
    ready: schedule.ready.with(spec.rankOf[task] as number),
    waiting: without(schedule.waiting, task),
    unmet,
    pendingBarrier,
  };
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
  return propagate(spec, rest, task, effect);
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
    const next = propagate(spec, change.schedule, task, effect);
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
  if (schedule.pendingBarrier === undefined) return { schedule, ready: [], skipped: [] };
  const nodes = schedule.nodes.with(schedule.pendingBarrier, "pass");
  return propagate(
    spec,
    { ...schedule, nodes, pendingBarrier: undefined },
    schedule.pendingBarrier,
    "release",
  );
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

function propagate(spec: RunSpec, schedule: Schedule, from: number, effect: Effect): Change {
  let { nodes, unmet, ready, pendingBarrier } = schedule;
  const readied: number[] = [];
  const skipped: { task: number; because: number }[] = [];
  const isBarrier = (node: number) => node >= spec.order.tasks;
  const queue: { node: number; effect: Effect }[] = [{ node: from, effect }];
  for (const { node, effect } of queue) {
    for (const behind of spec.order.dependents[node] ?? []) {
      if (nodes.at(behind) !== "pending") continue;
      const meets = effect === "release" || (isBarrier(behind) && spec.mode.barrierOpensWhen === "settled");
      if (meets) {
        unmet = unmet.with(behind, unmet.at(behind) - 1);
        if (unmet.at(behind) > 0) continue;
        if (!isBarrier(behind)) {
          nodes = nodes.with(behind, "ready");
          ready = ready.with(spec.rankOf[behind] as number);
          readied.push(behind);
        } else if (spec.mode.barrierOpensWhen === "settled") {
          pendingBarrier = behind;
        } else {
          nodes = nodes.with(behind, "pass");
          queue.push({ node: behind, effect: "release" });
        }
      } else if (effect === "skip") {
        nodes = nodes.with(behind, "skipped");
        if (!isBarrier(behind)) skipped.push({ task: behind, because: from });
        queue.push({ node: behind, effect: "skip" });
      }
    }
  }
  return { schedule: { ...schedule, nodes, unmet, ready, pendingBarrier }, ready: readied, skipped };
}
