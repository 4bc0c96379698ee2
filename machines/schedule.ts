import type { Manifest } from "../schemas/manifest.ts";
import type { Status } from "../schemas/outcome.ts";
import { chainLengths, type Order, type TaskGraph, taskGraph } from "./graph.ts";
import { type Locks, locksOf } from "./locks.ts";
import type { ModeConfig } from "./modes/mode.ts";
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
  /** The place of each task in the queue of ready ones, and the task of each place. */
  readonly rankOf: readonly number[];
  readonly taskAt: readonly number[];
}

/** Where a node stands; a barrier is `pass` once open and `skipped` once it can no longer open. */
export type NodeState = "pending" | "ready" | "running" | Status;

/** Where a run stands: what each task waits for, which may start, which run. A value; every change gives a new one. */
export interface Schedule {
  readonly nodes: Chunked<NodeState>;
  /** How many direct needs of each node are not met yet. */
  readonly unmet: Chunked<number>;
  /** Ready tasks, by rank. */
  readonly ready: NumberSet;
  readonly running: readonly number[];
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
    rankOf,
    taskAt,
  };
}

/** Every node pending but the tasks that wait for nothing, which are ready. */
export function initialSchedule(spec: RunSpec): Change {
  const waiting = spec.order.needs.map((needs) => needs.length);
  const ready = waiting.flatMap((unmet, node) => (unmet === 0 && node < spec.order.tasks ? [node] : []));
  const first = new Set(ready);
  return {
    schedule: {
      nodes: Chunked.from<NodeState>(waiting.map((_, node) => (first.has(node) ? "ready" : "pending"))),
      unmet: Chunked.from(waiting),
      ready: NumberSet.from(
        spec.order.tasks,
        ready.map((task) => spec.rankOf[task] as number),
      ),
      running: [],
      gate: undefined,
    },
    ready,
    skipped: [],
  };
}

/** The ready task that starts next: the first by rank that holds no lock of a running one. */
export function nextToStart(spec: RunSpec, schedule: Schedule): number | undefined {
  const held = new Set(schedule.running.flatMap((task) => spec.locks.of[task] ?? []));
  for (const rank of schedule.ready) {
    const task = spec.taskAt[rank] as number;
    const locks = spec.locks.of[task] ?? [];
    if (locks.some((lock) => held.has(lock))) continue;
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
    running: schedule.running.filter((other) => other !== task),
  };
  return carry(spec, rest, task, effect);
}

/** Opens the barrier that the gate holds. */
export function openGate(spec: RunSpec, schedule: Schedule): Change {
  if (schedule.gate === undefined) return { schedule, ready: [], skipped: [] };
  const nodes = schedule.nodes.with(schedule.gate, "pass");
  return carry(spec, { ...schedule, nodes, gate: undefined }, schedule.gate, "release");
}

/** Tasks that have not settled and do not run. */
export function waiting(spec: RunSpec, schedule: Schedule): number[] {
  return spec.taskAt
    .filter((task) => ["pending", "ready"].includes(schedule.nodes.at(task)))
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
