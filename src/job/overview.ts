import { conflictsOf } from "../../machines/schedule/conflicts.ts";
import { batchesOf } from "../../machines/schedule/graph.ts";
import { levels, longestChain, waitsFor } from "../../machines/schedule/order.ts";
import { runSpec } from "../../machines/schedule/run-spec.ts";
import {
  initialSchedule,
  nextToStart,
  openBarrier,
  settle,
  start,
} from "../../machines/schedule/schedule.ts";
import type { RunSpec } from "../../machines/schedule/types.ts";
import type { EngineName } from "../../schemas/engines.ts";
import type { RunGraph } from "../../schemas/event.ts";
import type { Mode, Tier } from "../../schemas/manifest.ts";
import { heldBackByStage } from "./held-back.ts";
import { type Job, taskFacts } from "./job.ts";

/** What a run would do: the shape of `show --json` and of `run --dry-run --json`. */
export interface Overview {
  readonly mode: Mode;
  readonly max_parallel: number;
  readonly tasks: readonly {
    readonly id: string;
    readonly title: string;
    readonly stage: string;
    readonly depends: readonly string[];
    /** Everything that it waits for, barriers included. */
    readonly waits_for: readonly string[];
    readonly files: readonly string[];
    readonly tier: Tier;
    readonly engine: EngineName;
  }[];
  /** Tasks that could run together if there were slots for all and no shared files. */
  readonly waves: readonly (readonly string[])[];
  readonly critical_path: readonly string[];
  readonly conflicts: readonly { readonly file: string; readonly tasks: readonly string[] }[];
  /** By stage, the tasks of later stages that are skipped if any of its tasks does not pass, whichever that is. */
  readonly barriers: readonly { readonly stage: string; readonly holds_back: readonly string[] }[];
}

export function overview(job: Job): Overview {
  const { spec } = job;
  const ids = spec.graph.tasks.map(({ id }) => id);
  const named = (tasks: readonly number[]) => tasks.map((task) => ids[task] as string);
  const waits = waitsFor(spec.order);
  return {
    mode: spec.mode.name,
    max_parallel: spec.maxParallel,
    tasks: job.tasks.map(({ task, title, stage, tier, engine }, at) => ({
      id: task.id,
      title,
      stage,
      depends: named(spec.graph.depends[at] ?? []),
      waits_for: named(waits[at] ?? []),
      files: task.files,
      tier,
      engine,
    })),
    waves: waves(spec).map(named),
    critical_path: named(longestChain(spec.order)),
    conflicts: conflictsOf(spec, spec.order).map(({ file, tasks }) => ({ file, tasks: named(tasks) })),
    barriers: heldBackByStage(spec).map(({ stage, tasks }) => ({ stage, holds_back: named(tasks) })),
  };
}

function waves(spec: RunSpec): number[][] {
  if (spec.mode.isSequential) return stepsOf(spec).map((step) => [...step]);
  if (spec.mode.isBatched) return batchesOf(spec.graph);
  return levels(spec.order);
}

/** The graph of a job as its journal keeps it: it can be drawn after the manifest has changed. */
export function graphOf(job: Job): RunGraph {
  const { spec } = job;
  const named = (tasks: readonly number[]) => tasks.map((task) => spec.graph.tasks[task]?.id ?? "");
  return {
    mode: spec.mode.name,
    max_parallel: spec.maxParallel,
    stage_barriers: job.manifest.stage_barriers,
    tasks: job.tasks.map((task) => ({
      ...taskFacts(task),
      ...(job.manifest.stage_barriers === "relaxed" && task.task.waitsForNothing
        ? { waits_for_nothing: true }
        : {}),
    })),
    critical_path: named(longestChain(spec.order)),
    conflicts: conflictsOf(spec, spec.order).map(({ file, tasks }) => ({ file, tasks: named(tasks) })),
  };
}

/** Simulates the schedule with tasks that all take one unit of time and pass. */
export function stepsOf(spec: RunSpec): number[][] {
  let schedule = initialSchedule(spec);
  const steps: number[][] = [];
  for (;;) {
    for (;;) {
      const task = spec.mode.guards.hasSlot({ spec, schedule }) ? nextToStart(spec, schedule) : undefined;
      if (task === undefined) break;
      schedule = start(spec, schedule, task);
    }
    if (schedule.running.length === 0 && schedule.pendingBarrier === undefined) return steps;
    if (schedule.pendingBarrier !== undefined) ({ schedule } = openBarrier(spec, schedule));
    if (schedule.running.length === 0) continue;
    steps.push([...schedule.running]);
    for (const task of schedule.running) schedule = settle(spec, schedule, task, "pass", "release").schedule;
  }
}

/**
 * How many units of time the run takes with strict and with relaxed barriers, if every task takes one. Undefined if
 * barriers are relaxed already, or the mode gains nothing from it.
 */
export function relaxing({ manifest, mode, spec }: Job): { strict: number; relaxed: number } | undefined {
  const mayGain = mode.usesDependencies && !mode.isSequential && !mode.isBatched;
  if (!mayGain || manifest.stage_barriers !== "strict") return undefined;
  const relaxed = runSpec({ ...manifest, stage_barriers: "relaxed" }, mode);
  return { strict: stepsOf(spec).length, relaxed: stepsOf(relaxed).length };
}
