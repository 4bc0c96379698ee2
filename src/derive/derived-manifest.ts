import type { Mode, Tier, Verify } from "../../schemas/manifest.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import type { Derivation } from "./derive.ts";
import type { Edge, Kind } from "./edge.ts";
import { closes } from "./inferred/closing-tasks.ts";

/** A manifest's keys as they are written, in their order. */
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

/** Why one task waits for another, by their ids: the shape of `plan --json`. */
export interface Evidence {
  readonly from: string;
  readonly to: string;
  readonly kind: Kind;
  readonly detail: string;
}

/** Seconds. Agents take minutes; a plan says nothing of time. */
const timeoutPerTask = 1800;

/** A task that asks for a person's word first, and yet stays: for another that waits for it, or as all there is. */
export interface AskingTask {
  readonly task: PlanTask;
  readonly neededBy?: string;
}

/**
 * The manifest of a plan as it was derived. `flags` go before what was derived. `leftOut`: the tasks that wait for a
 * person's word, which no agent is to carry out unasked; `asking`: those of them that stay.
 */
export function derivedManifest(
  plan: Plan,
  { stages, edges: all }: Derivation,
  flags: { readonly mode?: Mode; readonly tier?: Tier } = {},
): { manifest: DerivedManifest; evidence: Evidence[]; leftOut: PlanTask[]; asking: AskingTask[] } {
  const out = leftOutOf(plan, all);
  const edges = edgesWithout(out, all);
  const idOf = (task: number) => plan.tasks[task]?.id ?? "";
  const needs = plan.tasks.map(() => new Set<number>());
  for (const { from, to } of edges) needs[to]?.add(from);
  const derived = (at: number): DerivedTask => {
    const task = plan.tasks[at] as PlanTask;
    return {
      id: task.id,
      title: task.title,
      files: task.files,
      depends: [...(needs[at] ?? [])].sort((a, b) => a - b).map(idOf),
      ...(!flags.tier && isLight(task) ? { tier: "fast" } : {}),
      ...(task.verify.length > 0 ? { verify: task.verify } : {}),
    };
  };
  const written = stages.flatMap(({ name, tasks }) => {
    const kept = tasks.filter((at) => !out.has(at));
    return kept.length > 0 ? [{ name, tasks: kept.map(derived) }] : [];
  });
  const mode = flags.mode ?? modeOf(written);
  return {
    manifest: {
      version: 1,
      mode,
      tier: flags.tier ?? "deep",
      max_parallel: mode === "all-sequential" ? 1 : 5,
      timeout_per_task: timeoutPerTask,
      stages: written,
    },
    evidence: edges.map(({ from, to, kind, detail }) => ({ from: idOf(from), to: idOf(to), kind, detail })),
    leftOut: plan.tasks.filter((_, at) => out.has(at)),
    asking: plan.tasks.flatMap((task, at) => {
      if (task.asksFirst === undefined || out.has(at)) return [];
      const user = edges.find((edge) => edge.from === at && !isOrderAlone(edge));
      return [{ task, ...(user ? { neededBy: idOf(user.to) } : {}) }];
    }),
  };
}

/** A guess of what comes first, which tells nothing of what a task needs. */
const isOrderAlone = ({ kind }: Edge): boolean => kind === "gate" || kind === "first-task";

/** The tasks that ask for a person's word, and that none which stays depends on. */
function leftOutOf({ tasks }: Plan, edges: readonly Edge[]): ReadonlySet<number> {
  const users = tasks.map((): number[] => []);
  for (const edge of edges) if (!isOrderAlone(edge)) users[edge.from]?.push(edge.to);
  const out = new Set<number>();
  // One goes out with all that need it: what is out may let another go.
  for (let before = -1; before < out.size; ) {
    before = out.size;
    for (const [at, { asksFirst }] of tasks.entries())
      if (asksFirst !== undefined && users[at]?.every((user) => out.has(user))) out.add(at);
  }
  // A manifest without any task is none.
  return out.size === tasks.length ? new Set() : out;
}

/** What waited for a task that is out waits for what that one waited for, unless it does so already. */
function edgesWithout(out: ReadonlySet<number>, all: readonly Edge[]): Edge[] {
  const edges = all.filter(({ from, to }) => !out.has(from) && !out.has(to));
  const behind = (start: number, among: readonly Edge[], passes: (task: number) => boolean) => {
    const found = new Set([start]);
    for (const one of found)
      if (one === start || passes(one)) for (const { from, to } of among) if (to === one) found.add(from);
    found.delete(start);
    return found;
  };
  for (const edge of all) {
    if (!out.has(edge.from) || out.has(edge.to)) continue;
    const needs = [...behind(edge.from, all, (task) => out.has(task))].filter((task) => !out.has(task));
    // The nearest first, so that what they imply is left out.
    for (const from of needs.sort((a, b) => b - a))
      if (!behind(edge.to, edges, () => true).has(from)) edges.push({ ...edge, from });
  }
  return edges;
}

/** It writes nothing of its own, and only verifies, documents or ships. */
const isLight = ({ title, uses, files }: PlanTask): boolean =>
  closes(title) && (files.length === 0 || (uses.length > 0 && uses.every(({ use }) => use === "read")));

/** No order at all, a total one, or one between. */
function modeOf(stages: DerivedManifest["stages"]): Mode {
  const hasOrder =
    stages.length > 1 || stages.some(({ tasks }) => tasks.some(({ depends }) => depends.length > 0));
  if (!hasOrder) return "all-parallel";
  // Within a stage only `depends` tell an order: total where each task needs the one before it.
  const isTotal = stages.every(({ tasks }) =>
    tasks.slice(1).every(({ depends }, at) => depends.includes(tasks[at]?.id ?? "")),
  );
  return isTotal ? "all-sequential" : "dependency-driven";
}
