/**
 * Measures the engine's cost per task: layered random graphs of tasks that do nothing, in this process, compared with a
 * plain ready queue on the same graph. Prints ratios; absolute times are this machine's.
 */
import { createActor, fromPromise } from "xstate";
import { modeConfigs } from "../machines/modes/modes.ts";
import { orchestratorMachine } from "../machines/orchestrator.machine.ts";
import { runSpec } from "../machines/schedule/run-spec.ts";
import { taskMachine } from "../machines/task.machine.ts";
import type { ManifestTask } from "../schemas/manifest.ts";
import type { Outcome } from "../schemas/outcome.ts";
import { median } from "./median.ts";

/** A repeatable generator of numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Tasks in layers of ten. Each depends on up to three tasks of the previous layer. */
function layered(count: number): ManifestTask[] {
  const next = random(count);
  return Array.from({ length: count }, (_, task) => {
    const layer = Math.floor(task / 10);
    const depends = new Set<string>();
    for (let edge = 0; layer > 0 && edge < 3; edge += 1) {
      depends.add(`task-${(layer - 1) * 10 + Math.floor(next() * 10)}`);
    }
    return { id: `task-${task}`, files: [], depends: [...depends], verify: [], retries: 0 };
  });
}

const passed: Outcome = { status: "pass" };

async function withMachines(tasks: ManifestTask[]): Promise<number> {
  const manifest = {
    stages: [{ name: "all", tasks }],
    stage_barriers: "strict",
    max_parallel: 8,
    pause: false,
  } as const;
  const started = performance.now();
  const spec = runSpec({ ...manifest, stages: [{ name: "all", tasks }] }, modeConfigs["dependency-driven"]);
  const machine = orchestratorMachine("dependency-driven").provide({
    actors: { task: taskMachine.provide({ actors: { attempt: fromPromise(async () => passed) } }) },
  });
  const actor = createActor(machine, { input: { spec } });
  await new Promise<void>((resolve) => {
    actor.on("run.settled", () => resolve());
    actor.start();
  });
  const elapsed = performance.now() - started;
  const { nodes } = actor.getSnapshot().context.schedule;
  if (tasks.some((_, task) => nodes.at(task) !== "pass")) throw new Error("a task did not pass");
  return elapsed;
}

async function withReadyQueue(tasks: ManifestTask[]): Promise<number> {
  const started = performance.now();
  const unmet = new Map(tasks.map((task) => [task.id, task.depends.length]));
  const dependents = new Map<string, string[]>(tasks.map((task) => [task.id, []]));
  for (const task of tasks) for (const need of task.depends) dependents.get(need)?.push(task.id);
  const ready = tasks.filter((task) => task.depends.length === 0).map((task) => task.id);
  let at = 0;
  const worker = async () => {
    while (at < ready.length) {
      const id = ready[at] as string;
      at += 1;
      await Promise.resolve(passed);
      for (const dependent of dependents.get(id) ?? []) {
        const left = (unmet.get(dependent) ?? 0) - 1;
        unmet.set(dependent, left);
        if (left === 0) ready.push(dependent);
      }
    }
  };
  while (at < ready.length) await Promise.all(Array.from({ length: 8 }, worker));
  if (ready.length !== tasks.length) throw new Error("a task did not run");
  return performance.now() - started;
}

const costs = new Map<number, number>();
console.log("tasks   machines ms   queue ms   ratio   per task µs");
for (const count of [100, 1_000, 10_000]) {
  const tasks = layered(count);
  const machines: number[] = [];
  const queue: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    machines.push(await withMachines(tasks));
    queue.push(await withReadyQueue(tasks));
  }
  const [engine, floor] = [median(machines), median(queue)];
  costs.set(count, engine);
  console.log(
    `${String(count).padEnd(8)}${engine.toFixed(1).padStart(11)}${floor.toFixed(2).padStart(11)}` +
      `${(engine / floor).toFixed(0).padStart(8)}${((engine / count) * 1000).toFixed(1).padStart(14)}`,
  );
}
console.log(`10 000 over 1 000: ${((costs.get(10_000) ?? 0) / (costs.get(1_000) ?? 1)).toFixed(1)} times`);
