import type { Manifest } from "../../schemas/manifest.ts";
import { isDone, type Status } from "../../schemas/outcome.ts";
import type { ModeConfig } from "../modes/mode.ts";
import type { Restored } from "../task-setup.ts";
import { type TaskGraph, taskGraph } from "./graph.ts";
import { type Locks, locksOf } from "./locks.ts";
import { chainLengths, type Order } from "./order.ts";
import { Chunked, NumberSet } from "./persistent.ts";

/** All that does not change while a manifest runs. Tasks are numbers in plan order; `ids` names them. */
export interface RunSpec {
  readonly graph: TaskGraph;
  readonly mode: ModeConfig;
  readonly order: Order;
  readonly locks: Locks;
  readonly maxParallel: number;
  /** Wait for a person's word between batches. */
  readonly pause: boolean;
  /** Somebody is there to answer the questions of parked tasks, when nothing else can be done any more. */
  readonly attended: boolean;
  /** Groups of tasks of which only so many may run at once, beside the limit for all: those of one engine, say. */
  readonly pools: readonly Pool[];
  /** What carries each task out. */
  readonly engines: readonly string[];
  /** How often a failing `verify` command goes back to each task's agent. */
  readonly fixes: readonly number[];
  /** What tasks bring along from an earlier part of the run, by number. */
  readonly restored: ReadonlyMap<number, Restored>;
  /** The place of each task in the queue of ready ones, and the task of each place. */
  readonly rankOf: readonly number[];
  readonly taskAt: readonly number[];
}

export interface Pool {
  readonly tasks: ReadonlySet<number>;
  readonly limit: number;
}

/** Where a node stands; a barrier is `pass` once open and `skipped` once it can no longer open. */
export type NodeState = "pending" | "ready" | "running" | "waiting" | Status;

/** Where a run stands: what each task waits for, which may start, which run. A value; every change gives a new one. */
export interface Schedule {
  readonly nodes: Chunked<NodeState>;
  /** How many direct needs of each node are not met yet. */
  readonly unmet: Chunked<number>;
  /** Ready tasks, by rank. */
  readonly ready: NumberSet;
  readonly running: readonly number[];
  /** Tasks that have given their slot back until they are tried again; their files are still theirs. */
  readonly waiting: readonly number[];
  /** The barrier of manual-batching whose batch has settled and that has not been opened yet. */
  readonly gate: number | undefined;
}

/** What a settled task does to the nodes behind it: lets them go, takes them with it, or neither. */
export type Effect = "release" | "skip" | "hold";

/** A new schedule, with the tasks that became ready and those that were skipped and because of which task. */
export interface Change {
  readonly schedule: Schedule;
  readonly ready: readonly number[];
  readonly skipped: readonly { readonly task: number; readonly because: number }[];
}

export function runSpec(
  manifest: Pick<Manifest, "stages" | "stage_barriers" | "max_parallel" | "pause">,
  mode: ModeConfig,
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
  const length = chainLengths(order);
  const taskAt = graph.tasks.map((_, task) => task);
  if (mode.first === "longest-chain") taskAt.sort((a, b) => (length[b] ?? 0) - (length[a] ?? 0) || a - b);
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

/**
 * Every node pending but the tasks that wait for nothing, which are ready; with what an earlier part of the run has
 * settled carried to everything behind it.
 */
export function initialSchedule(spec: RunSpec): Change {
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
    gate: undefined,
  };
  const touched = new Set(first);
  for (const [task, { outcome }] of spec.restored) {
    if (!outcome) continue;
    const change = settle(spec, schedule, task, outcome.status, isDone(outcome.status) ? "release" : "hold");
    schedule = change.schedule;
    for (const readied of change.ready) touched.add(readied);
  }
  const ready = [...touched].filter((task) => schedule.nodes.at(task) === "ready").sort((a, b) => a - b);
  return { schedule, ready, skipped: [] };
}

/** The ready task that starts next: the first by rank that holds no lock of a started one, and has room in its pools. */
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
    // Of two ready tasks that share a file the one later in the plan waits, however long the chain behind it.
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

/** Takes a running task's slot until it is ready again. */
export function putOff(schedule: Schedule, task: number): Schedule {
  return {
    ...schedule,
    nodes: schedule.nodes.with(task, "waiting"),
    running: without(schedule.running, task),
    waiting: [...schedule.waiting, task],
  };
}

/** Makes a task ready again that was put off, or parked. */
export function readyAgain(spec: RunSpec, schedule: Schedule, task: number): Schedule {
  let { unmet, gate } = schedule;
  // A parked task has counted as settled for its batch, and is going to settle a second time.
  if (spec.mode.barrierOpensWhen === "settled" && schedule.nodes.at(task) !== "waiting") {
    for (const behind of spec.order.dependents[task] ?? []) {
      if (behind < spec.order.tasks || schedule.nodes.at(behind) !== "pending") continue;
      unmet = unmet.with(behind, unmet.at(behind) + 1);
      if (gate === behind) gate = undefined;
    }
  }
  return {
    ...schedule,
    nodes: schedule.nodes.with(task, "ready"),
    ready: schedule.ready.with(spec.rankOf[task] as number),
    waiting: without(schedule.waiting, task),
    unmet,
    gate,
  };
}

const without = (tasks: readonly number[], task: number): readonly number[] =>
  tasks.filter((other) => other !== task);

/** Records a task's status and carries its effect to everything behind it. */
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
  return carry(spec, rest, task, effect);
}

/** Settles tasks that have not started, all at once, and then carries the effect to what stands behind them. */
export function withhold(
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
    const next = carry(spec, change.schedule, task, effect);
    change = {
      ...next,
      ready: [...change.ready, ...next.ready],
      skipped: [...change.skipped, ...next.skipped],
    };
  }
  return change;
}

/** Opens the barrier that the gate holds. */
export function openGate(spec: RunSpec, schedule: Schedule): Change {
  if (schedule.gate === undefined) return { schedule, ready: [], skipped: [] };
  const nodes = schedule.nodes.with(schedule.gate, "pass");
  return carry(spec, { ...schedule, nodes, gate: undefined }, schedule.gate, "release");
}

/** Tasks that wait for a person's answer, in plan order. */
export const parked = (spec: RunSpec, schedule: Schedule): number[] =>
  spec.graph.tasks.flatMap((_, task) => {
    const state = schedule.nodes.at(task);
    return state === "question" || state === "escalated" ? [task] : [];
  });

/** Tasks that have not settled and do not run, in plan order. */
export function unstarted(spec: RunSpec, schedule: Schedule): number[] {
  return spec.taskAt
    .filter((task) => ["pending", "ready", "waiting"].includes(schedule.nodes.at(task)))
    .sort((a, b) => a - b);
}

function carry(spec: RunSpec, schedule: Schedule, from: number, effect: Effect): Change {
  let { nodes, unmet, ready, gate } = schedule;
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
          gate = behind;
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
  return { schedule: { ...schedule, nodes, unmet, ready, gate }, ready: readied, skipped };
}
