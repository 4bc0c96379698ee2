import { modeConfigs } from "../../machines/modes/modes.ts";
import { ordered, stageOrder, type TaskGraph, taskGraph } from "../../machines/schedule/graph.ts";
import { cycles, pathThroughBarrier } from "../../machines/schedule/order.ts";
import { type Manifest, type ManifestTask, type Mode, modes } from "../../schemas/manifest.ts";
import { error, type Place, type Problem, warning } from "../problem.ts";
import { quoted } from "../text/printable.ts";
import type { YamlFile } from "../yaml/yaml-file.ts";
import type { Outline, OutlineTask } from "./outline.ts";

/** Finds cycles of `depends` alone, which are errors in every mode. */
export function cycleProblems(outline: Outline, file: YamlFile): Problem[] {
  const { graph, tasks } = graphOf(outline);
  const order = ordered(graph, [], () => false);
  return cycles(order).map((nodes) =>
    cycleProblem(
      rotateToFirst(nodes).map((node) => tasks[node] as OutlineTask),
      file,
    ),
  );
}

/** Finds order that a mode ignores, and dependencies that contradict the order of stages. */
export function orderProblems(
  outline: Outline,
  file: YamlFile,
  mode: unknown,
  barriers: Manifest["stage_barriers"],
): Problem[] {
  // An unknown mode is reported elsewhere; the order is then checked for the most common mode.
  const name = modes.find((known) => known === mode) ?? "dependency-driven";
  const { usesDependencies, isBatched } = modeConfigs[name];
  if (!usesDependencies) return ignoredOrderProblems(outline, file, name);
  return isBatched || barriers === "strict"
    ? laterStageProblems(outline, file, isBatched)
    : barrierProblems(outline, file);
}

function ignoredOrderProblems({ stages = [], tasks }: Outline, file: YamlFile, mode: Mode): Problem[] {
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

/** The tasks as a graph, with the task of each node. Of tasks with one id, the first counts. */
function graphOf({ stages = [], tasks }: Outline): { graph: TaskGraph; tasks: OutlineTask[] } {
  const first = new Map<string, OutlineTask>();
  for (const task of tasks) if (!first.has(task.id)) first.set(task.id, task);
  const inStage: Pick<ManifestTask, "id" | "depends" | "waitsForNothing">[][] = stages.map(() => []);
  for (const { id, stage, depends, keys } of first.values()) {
    inStage[stage.number]?.push({
      id,
      depends: depends.map((one) => one.id).filter((one) => one !== id),
      waitsForNothing: depends.length === 0 && keys.includes("depends"),
    });
  }
  const graph = taskGraph({
    stages: stages.map(({ label, number }) => ({ name: label, tasks: inStage[number] as ManifestTask[] })),
  });
  return { graph, tasks: [...first.values()] };
}

/** Rotates a cycle so that it starts with its first task in plan order. */
function rotateToFirst(nodes: readonly number[]): number[] {
  const start = nodes.indexOf(nodes.reduce((a, b) => Math.min(a, b)));
  return [...nodes.slice(start), ...nodes.slice(0, start)];
}

function cycleProblem(steps: readonly OutlineTask[], file: YamlFile): Problem {
  const [place, ...others] = stepPlaces([...steps, steps[0] as OutlineTask], file);
  const message = `tasks depend on each other: ${routeText([...steps, steps[0] as OutlineTask])}`;
  return error("dependency-cycle", message, place?.place ?? file.place([]), {
    hint: "remove one of these dependencies",
    related: others,
  });
}

/** The longest path that a message shows in full. */
const maxSteps = 40;

function routeText(steps: readonly OutlineTask[]): string {
  const ids = steps.map(({ id }) => id);
  if (ids.length > maxSteps)
    ids.splice(maxSteps / 2, ids.length - maxSteps, `… ${ids.length - maxSteps} more …`);
  return ids.join(" → ");
}

/** Where each task on a path but the last names the next one. */
function stepPlaces(steps: readonly OutlineTask[], file: YamlFile): { message: string; place: Place }[] {
  return steps.slice(0, Math.min(steps.length - 1, maxSteps)).map((from, at) => {
    const to = steps[at + 1]?.id as string;
    const entry = from.depends.find(({ id }) => id === to);
    const message = `${quoted(from.id)} depends on ${quoted(to)} here`;
    return { message, place: file.place(entry?.path ?? from.path) };
  });
}

/** Finds dependencies on a later stage if every stage waits for the earlier ones. */
function laterStageProblems(outline: Outline, file: YamlFile, isBatched: boolean): Problem[] {
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

/**
 * Finds dependencies on a task of a later stage under relaxed barriers if that task waits for all earlier stages, as
 * tasks without `depends` do.
 */
function barrierProblems(outline: Outline, file: YamlFile): Problem[] {
  const { graph, tasks } = graphOf(outline);
  const order = stageOrder(graph, "relaxed");
  return cycles(order).flatMap((nodes): Problem[] => {
    // A cycle without a barrier is reported by `cycleProblems`.
    const steps = pathThroughBarrier(nodes, order)?.map((node) => tasks[node] as OutlineTask) ?? [];
    const [first, last] = [steps[0], steps.at(-1)];
    if (!first || !last) return [];
    const [place, ...others] = stepPlaces(steps, file);
    const by = steps.length > 2 ? ` (${routeText(steps)})` : "";
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
