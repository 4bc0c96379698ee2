/**
 * The engine's cost per task: layered random graphs of tasks that do nothing, in this process, compared with a plain
 * ready queue on the same graph.
 */
import { createActor, fromPromise } from "xstate";
import { modeConfigs } from "../machines/modes/modes.ts";
import { orchestratorMachine } from "../machines/orchestrator.machine.ts";
import { runSpec } from "../machines/schedule/run-spec.ts";
import { taskMachine } from "../machines/task.machine.ts";
import type { ManifestTask } from "../schemas/manifest.ts";
import type { Outcome } from "../schemas/outcome.ts";
import { layered } from "./graph.ts";
import { inRounds, quartiles, ratios } from "./measure.ts";
import type { Row } from "./table.ts";

const tasksOf = (count: number): ManifestTask[] =>
  layered(count).map((depends, task) => ({
    id: `task-${task}`,
    files: [],
    depends: depends.map((on) => `task-${on}`),
    verify: [],
    retries: 0,
  }));

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

export async function machinesAlone(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of [1_000, 10_000]) {
    const tasks = tasksOf(count);
    const { machines, queue } = await inRounds(rounds, {
      machines: () => withMachines(tasks),
      queue: () => withReadyQueue(tasks),
    });
    const name = `${count.toLocaleString("en")} tasks that do nothing`;
    rows.push({ what: `${name}, per task`, figure: quartiles(machines.map((ms) => ms / count)), unit: "ms" });
    const goal = count === 10_000 ? { goal: 40 } : {};
    rows.push({
      what: `${name}, over a plain ready queue`,
      figure: ratios(machines, queue),
      unit: "times",
      ...goal,
    });
  }
  return rows;
}
