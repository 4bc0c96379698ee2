import type { Manifest, Mode } from "../../schemas/manifest.ts";
import type { Status } from "../../schemas/outcome.ts";
import type { Restored } from "../task-setup.ts";
import type { TaskGraph } from "./graph.ts";
import type { Locks } from "./locks.ts";
import type { Order } from "./order.ts";
import type { Chunked, NumberSet } from "./persistent.ts";

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
  /** Whether a task that names no dependency needs the stages before it to pass, and not only to settle. */
  readonly reliesOnStages: boolean;
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

/** The state of a node; a barrier is `pass` once it has opened for the first time. */
export type NodeState = "pending" | "ready" | "running" | "waiting" | Status;

/** The state of a run: what each task waits for, which may start, which run. Immutable: every change returns a new one. */
export interface Schedule {
  readonly nodes: Chunked<NodeState>;
  /** How many direct needs of each node are still unmet; a barrier's are met once they have settled or are held. */
  readonly unmet: Chunked<number>;
  /** How many direct needs of each node wait for a person's answer, themselves or through others. */
  readonly held: Chunked<number>;
  /** How many direct needs of each barrier have settled and did not pass. */
  readonly failed: Chunked<number>;
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

/** A new schedule, the tasks that became ready, and those that were skipped with the task or barrier that caused it. */
export interface Change {
  readonly schedule: Schedule;
  readonly ready: readonly number[];
  readonly skipped: readonly { readonly task: number; readonly because: number }[];
}
