import { modeConfigs } from "../../machines/modes/modes.ts";
import type { Mode, Tier, Verify } from "../../schemas/manifest.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import type { Derivation } from "./derive.ts";
import { groupPairs } from "./group-pairs.ts";
import { isClosing } from "./inferred/closing-tasks.ts";
import { type Edge, isFallback, type Kind } from "./rules.ts";

/** A manifest with its keys in the order in which they are written. */
export interface DerivedManifest {
  readonly version: 1;
  readonly mode: Mode;
  readonly tier: Tier;
  readonly max_parallel: number;
  readonly timeout_per_task: number;
  readonly stages: readonly { readonly name: string; readonly tasks: readonly DerivedTask[] }[];
}

export interface DerivedTask {
  readonly id: string;
  readonly title: string;
  readonly files: readonly string[];
  readonly depends: readonly string[];
  readonly tier?: Tier;
  readonly verify?: readonly Verify[];
}

/** Why the task with the id `to` waits for the one with the id `from`. Part of the output of `plan --json`. */
export interface Evidence {
  readonly from: string;
  readonly to: string;
  readonly kind: Kind;
  readonly detail: string;
}

/** A task that needs a person's approval first, but stays in the manifest. */
export interface ApprovalTask {
  readonly task: PlanTask;
  /** The id of a task that depends on it; undefined if the plan has no other tasks. */
  readonly neededBy?: string;
}

interface Flags {
  readonly mode?: Mode;
  readonly tier?: Tier;
}

/**
 * Builds the manifest of a derived plan. `flags` take precedence over what was derived. `leftOut` are tasks that need
 * a person's approval first and are not in the manifest; `approvalTasks` are those that need it and are.
 */
export function buildManifest(
  plan: Plan,
  derivation: Derivation,
  flags: Flags = {},
): { manifest: DerivedManifest; evidence: Evidence[]; leftOut: PlanTask[]; approvalTasks: ApprovalTask[] } {
  const idOf = (task: number) => plan.tasks[task]?.id ?? "";
  const leftOut = findLeftOut(plan, derivation.edges);
  const edges = bypass(leftOut, derivation.edges, idOf);
  const needs = groupPairs(edges.map(({ from, to }) => [to, from] as const));
  const dependsOf = (task: number) => [...new Set(needs.get(task))].sort((a, b) => a - b).map(idOf);
  const buildTask = (task: number) => taskEntry(plan.tasks[task] as PlanTask, dependsOf(task), flags);
  const stages = derivation.stages
    .map(({ name, tasks }) => ({ name, tasks: tasks.filter((task) => !leftOut.has(task)).map(buildTask) }))
    .filter(({ tasks }) => tasks.length > 0);
  const mode = flags.mode ?? chooseMode(stages);
  return {
    manifest: {
      version: 1,
      mode,
      tier: flags.tier ?? "deep",
      max_parallel: modeConfigs[mode].isSequential ? 1 : 5,
      // In seconds: agents take minutes, and plans do not mention time.
      timeout_per_task: 1800,
      stages,
    },
    evidence: edges.map(({ from, to, kind, detail }) => ({ from: idOf(from), to: idOf(to), kind, detail })),
    leftOut: plan.tasks.filter((_, task) => leftOut.has(task)),
    approvalTasks: plan.tasks.flatMap((task, index) => {
      if (task.asksFirst === undefined || leftOut.has(index)) return [];
      const dependent = edges.find((edge) => edge.from === index && !isFallback(edge));
      return [dependent ? { task, neededBy: idOf(dependent.to) } : { task }];
    }),
  };
}

const taskEntry = (task: PlanTask, depends: readonly string[], flags: Flags): DerivedTask => ({
  id: task.id,
  title: task.title,
  files: task.files,
  depends,
  ...(!flags.tier && isLight(task) ? { tier: "fast" } : {}),
  ...(task.verify.length > 0 ? { verify: task.verify } : {}),
});

/** Finds the tasks that need a person's approval first and that no remaining task needs. Never all tasks. */
function findLeftOut({ tasks }: Plan, edges: readonly Edge[]): ReadonlySet<number> {
  const needing = edges.filter((edge) => !isFallback(edge));
  const dependents = groupPairs(needing.map(({ from, to }) => [from, to] as const));
  const leftOut = new Set<number>();
  // Repeats, since leaving out one task may leave another that no task needs.
  for (let before = -1; before < leftOut.size; ) {
    before = leftOut.size;
    for (const [index, { asksFirst }] of tasks.entries())
      if (asksFirst !== undefined && (dependents.get(index) ?? []).every((task) => leftOut.has(task)))
        leftOut.add(index);
  }
  return leftOut.size === tasks.length ? new Set() : leftOut;
}

/** Removes tasks from the edges: what waited for one waits for what that one waited for, unless it does so anyway. */
function bypass(leftOut: ReadonlySet<number>, all: readonly Edge[], idOf: (task: number) => string): Edge[] {
  const edges = all.filter(({ from, to }) => !leftOut.has(from) && !leftOut.has(to));
  for (const edge of all) {
    if (!leftOut.has(edge.from) || leftOut.has(edge.to)) continue;
    const needs = [...needsOf(edge.from, all, leftOut)].filter((task) => !leftOut.has(task));
    const detail = `through ${idOf(edge.from)}, which is left out: ${edge.detail}`;
    // Nearest first, so that tasks which follow from them are not added.
    for (const from of needs.sort((a, b) => b - a))
      if (!needsOf(edge.to, edges).has(from)) edges.push({ ...edge, from, detail });
  }
  return edges;
}

/** Finds the tasks that a task needs, directly or through others; with `through`, only through those. */
function needsOf(task: number, edges: readonly Edge[], through?: ReadonlySet<number>): Set<number> {
  const found = new Set([task]);
  for (const next of found) {
    if (next !== task && through && !through.has(next)) continue;
    for (const { from, to } of edges) if (to === next) found.add(from);
  }
  found.delete(task);
  return found;
}

/** Whether a task only verifies, documents or ships, and writes no file of its own. */
const isLight = ({ title, uses, files }: PlanTask): boolean =>
  isClosing(title) && (files.length === 0 || (uses.length > 0 && uses.every(({ use }) => use === "read")));

/** Chooses a mode by how much order the stages have: none, some, or a total one. */
function chooseMode(stages: DerivedManifest["stages"]): Mode {
  const hasOrder =
    stages.length > 1 || stages.some(({ tasks }) => tasks.some(({ depends }) => depends.length > 0));
  if (!hasOrder) return "all-parallel";
  // Within a stage, tasks are ordered only if each depends on the one before it.
  const isTotal = stages.every(({ tasks }) =>
    tasks.slice(1).every(({ depends }, index) => depends.includes(tasks[index]?.id ?? "")),
  );
  return isTotal ? "all-sequential" : "dependency-driven";
}
