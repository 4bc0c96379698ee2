import { modeConfigs } from "../../machines/modes/modes.ts";
import { ordered, stageOrder, type TaskGraph, taskGraph } from "../../machines/schedule/graph.ts";
import { cycles, pathThroughBarrier } from "../../machines/schedule/order.ts";
import { type Manifest, type ManifestTask, type Mode, modes } from "../../schemas/manifest.ts";
import { error, type Place, type Problem, warning } from "../problem.ts";
import { quoted } from "../text/printable.ts";
import type { YamlFile } from "../yaml/yaml-file.ts";
import type { Outline, OutlineTask } from "./outline.ts";

/** Tasks that wait for each other by their `depends` alone: wrong in every mode. */
export function cycleProblems(outline: Outline, file: YamlFile): Problem[] {
  const { graph, tasks } = graphOf(outline);
  const order = ordered(graph, [], () => false);
  return cycles(order).map((nodes) =>
    cycleProblem(
      fromFirst(nodes).map((node) => tasks[node] as OutlineTask),
      file,
    ),
  );
}

/** What a mode makes of `depends` and stages: order that it ignores, and dependencies that no order of stages allows. */
export function orderProblems(
  outline: Outline,
  file: YamlFile,
  mode: unknown,
  barriers: Manifest["stage_barriers"],
): Problem[] {
  // An unknown mode has a problem of its own; its order is checked as the most common one's.
  const name = modes.find((known) => known === mode) ?? "dependency-driven";
  const { usesDependencies, isBatched } = modeConfigs[name];
  if (!usesDependencies) return ignoredOrder(outline, file, name);
  return isBatched || barriers === "strict"
    ? laterStages(outline, file, isBatched)
    : keptBarriers(outline, file);
}

function ignoredOrder({ stages = [], tasks }: Outline, file: YamlFile, mode: Mode): Problem[] {
  const hasDepends = tasks.some(({ depends }) => depends.length > 0);
  const hasStages = stages.filter(({ entries }) => entries !== 0).length > 1;
  if (!hasDepends && !hasStages) return [];
  const what = [...(hasDepends ? ['"depends"'] : []), ...(hasStages ? ["the order of stages"] : [])].join(
    " and ",
  );
  const message = `mode ${mode} ignores ${what}`;
  const hint = "use mode dependency-driven to keep the order";
  return [warning("dependencies-ignored", message, file.place(["mode"]), { hint })];
}

/** The tasks as a graph, and the task of each of its nodes. */
function graphOf({ stages = [], tasks }: Outline): { graph: TaskGraph; tasks: OutlineTask[] } {
  const first = new Map<string, OutlineTask>();
  for (const task of tasks) if (!first.has(task.id)) first.set(task.id, task);
  const inStage: Pick<ManifestTask, "id" | "depends">[][] = stages.map(() => []);
  for (const { id, stage, depends } of first.values()) {
    inStage[stage.number]?.push({ id, depends: depends.map((one) => one.id).filter((one) => one !== id) });
  }
  const graph = taskGraph({
    stages: stages.map(({ label, number }) => ({ name: label, tasks: inStage[number] as ManifestTask[] })),
  });
  return { graph, tasks: [...first.values()] };
}

/** The same cycle, told from its first task in plan order. */
function fromFirst(nodes: readonly number[]): number[] {
  const start = nodes.indexOf(nodes.reduce((a, b) => Math.min(a, b)));
  return [...nodes.slice(start), ...nodes.slice(0, start)];
}

function cycleProblem(steps: readonly OutlineTask[], file: YamlFile): Problem {
  const [place, ...others] = stepPlaces([...steps, steps[0] as OutlineTask], file);
  const message = `tasks depend on each other: ${route([...steps, steps[0] as OutlineTask])}`;
  return error("dependency-cycle", message, place?.place ?? file.place([]), {
    hint: "remove one of these dependencies",
    related: others,
  });
}

/** A longer path is not read to its end. */
const mostSteps = 40;

function route(steps: readonly OutlineTask[]): string {
  const ids = steps.map(({ id }) => id);
  if (ids.length > mostSteps)
    ids.splice(mostSteps / 2, ids.length - mostSteps, `… ${ids.length - mostSteps} more …`);
  return ids.join(" → ");
}

/** For each task on a path but the last, where it names the next. */
function stepPlaces(steps: readonly OutlineTask[], file: YamlFile): { message: string; place: Place }[] {
  return steps.slice(0, Math.min(steps.length - 1, mostSteps)).map((from, at) => {
    const to = steps[at + 1]?.id as string;
    const entry = from.depends.find(({ id }) => id === to);
    const message = `${quoted(from.id)} depends on ${quoted(to)} here`;
    return { message, place: file.place(entry?.path ?? from.path) };
  });
}

/** Dependencies on a later stage where every stage waits for the ones before it. */
function laterStages(outline: Outline, file: YamlFile, isBatched: boolean): Problem[] {
  const byId = new Map(graphOf(outline).tasks.map((task) => [task.id, task]));
  return outline.tasks.flatMap((task) =>
    task.depends.flatMap(({ id, path }): Problem[] => {
      const later = byId.get(id);
      if (!later || later.stage.number <= task.stage.number) return [];
      const [here, there] = [task.stage.label, later.stage.label];
      const move = `move task ${quoted(task.id)} to ${there} or later`;
      const message = `task ${quoted(task.id)} in ${here} depends on ${quoted(id)} in the later ${there}, which waits for all of ${here}`;
      return [
        error("dependency-cycle", message, file.place(path), {
          hint: isBatched
            ? `${move}: manual-batching runs stages in order`
            : `${move}, or set \`stage_barriers: relaxed\``,
          related: [{ message: `${quoted(id)} is here`, place: file.place([...later.path, "id"]) }],
        }),
      ];
    }),
  );
}

/** Under relaxed barriers: dependencies on a later stage's task that, as it names none of its own, keeps its barrier. */
function keptBarriers(outline: Outline, file: YamlFile): Problem[] {
  const { graph, tasks } = graphOf(outline);
  const order = stageOrder(graph, "relaxed");
  return cycles(order).flatMap((nodes): Problem[] => {
    // A cycle without a barrier is reported by `cycleProblems`.
    const steps = pathThroughBarrier(nodes, order)?.map((node) => tasks[node] as OutlineTask) ?? [];
    const [first, last] = [steps[0], steps.at(-1)];
    if (!first || !last) return [];
    const [place, ...others] = stepPlaces(steps, file);
    const by = steps.length > 2 ? ` (${route(steps)})` : "";
    const message = `task ${quoted(first.id)} in ${first.stage.label} depends on ${quoted(last.id)} in the later ${last.stage.label}${by}, which has no "depends" and so waits for all of ${first.stage.label}`;
    return [
      error("dependency-cycle", message, place?.place ?? file.place(first.path), {
        hint: `give ${quoted(last.id)} its own "depends", or move task ${quoted(first.id)} to ${last.stage.label}`,
        related: [
          ...others,
          { message: `${quoted(last.id)} is here`, place: file.place([...last.path, "id"]) },
        ],
      }),
    ];
  });
}
