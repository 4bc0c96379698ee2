import { modeConfigs } from "../../machines/modes/modes.ts";
import type { Manifest, ManifestTask } from "../../schemas/manifest.ts";
import type { DerivedManifest, DerivedTask } from "../derive/derived-manifest.ts";
import {
  type DerivedKey,
  type DerivedOrder,
  type DerivedRecord,
  digestOf,
  isSame,
  orderKeys,
} from "./derived-record.ts";
import { Placement } from "./placement.ts";
import { findRemoved, withoutTasks } from "./removed.ts";
import { matchTasks } from "./renumbered.ts";

interface Difference<K> {
  /** The id of a task; empty for the manifest itself. */
  readonly id: string;
  readonly key: K;
  readonly from: unknown;
  readonly to: unknown;
}
type Key = DerivedKey | keyof DerivedOrder;

/** One difference between a manifest and its plan. Ids are those in the plan, if it has the task. */
export type Drift =
  /** `--update` settles these. `gone`: the task is not in the plan, and makes way for one with its id. */
  | { readonly kind: "renumbered"; readonly was: string; readonly id: string; readonly gone: boolean }
  | { readonly kind: "missing"; readonly id: string; readonly title: string }
  | ({ readonly kind: "changed" } & Difference<Key>)
  /** A value that both the plan and a person have changed. */
  | ({ readonly kind: "kept" } & Difference<Key>)
  /** A dependency of the plan that contradicts the order of the manifest. */
  | { readonly kind: "unordered"; readonly id: string; readonly on: string; readonly why: string }
  /** These a person must settle. `perhaps`: the plan's new task that the one that is gone may be now. */
  | ({ readonly kind: "edited" } & Difference<"title" | "files">)
  | { readonly kind: "gone"; readonly id: string; readonly perhaps?: string };

/** Whether only a person can settle a drift: `--update` leaves it. */
export const isForPerson = ({ kind }: Drift): boolean => kind === "edited" || kind === "gone";

/** What `--update` does to a manifest: renames ids first, then changes values and adds tasks and stages. */
export interface Update {
  readonly renames: ReadonlyMap<string, string>;
  readonly stages: Placement["stages"];
  readonly drifts: readonly Drift[];
  /** The plan's tasks that a person removed from the manifest: they stay out, and no task waits for them. */
  readonly removed: ReadonlySet<string>;
}

/** An existing manifest. */
export interface ExistingManifest {
  readonly manifest: Manifest;
  readonly record: DerivedRecord;
  /** Why a value of the task with this id cannot be changed in place; `comments` allow only additions. */
  readonly lockOf: (id: string, key: string) => "alias" | "comments" | undefined;
  /** The ids of the plan's tasks that its comments leave out. */
  readonly leftOut?: ReadonlySet<string>;
}

/** A task that is left to a person. */
export type LeftOutTask = Omit<DerivedTask, "depends" | "tier">;

/**
 * Compares a manifest with its plan and decides what `--update` changes: a value that is as it was derived follows the
 * plan, one that a person changed is kept. With `force`, titles and files follow, too. Tasks that are left to a person
 * are never missing, nor are those that a person removed.
 */
export function computeUpdate(
  derived: DerivedManifest,
  leftOut: readonly LeftOutTask[],
  existing: ExistingManifest,
  force = false,
): Update {
  const { manifest, record } = existing;
  const planTasks = tasksOf(derived);
  const manifestTasks = manifest.stages.flatMap(({ tasks }) => tasks);
  const { renames, likely } = matchTasks(manifestTasks, [...planTasks, ...leftOut], record);
  const newIdOf = (id: string) => renames.get(id) ?? id;
  const present = new Set(manifestTasks.map(({ id }) => newIdOf(id)));
  const removed = new Set([
    ...findRemoved(manifestTasks, planTasks, record, newIdOf),
    ...planTasks.flatMap(({ id }) => (existing.leftOut?.has(id) && !present.has(id) ? [id] : [])),
  ]);
  const wanted = withoutTasks(derived, removed);
  const placement = new Placement(manifest.stages, newIdOf);
  const known = knownTasks(manifestTasks, wanted, leftOut, existing, {
    newIdOf,
    digests: new Map(planTasks.map(({ id, depends }) => [id, digestOf("depends", depends)])),
  });
  for (const task of known)
    if (task.follows("depends")) placement.keepDependencies(task.id, task.plan.depends);
  const added = placement.add(wanted.stages);
  const planIds = new Set([...tasksOf(wanted), ...leftOut].map(({ id }) => id));
  const drifts: Drift[] = [
    ...[...renames].map(([was, id]): Drift => ({ kind: "renumbered", was, id, gone: !planIds.has(id) })),
    ...added.map(({ id, title }): Drift => ({ kind: "missing", id, title })),
    ...known.flatMap((task) => taskDrifts(task, placement, likely.get(task.id), force)),
    ...orderDrifts(wanted, existing, placement),
  ];
  return { renames, stages: placement.stages, drifts, removed };
}

const tasksOf = ({ stages }: DerivedManifest): DerivedTask[] => stages.flatMap(({ tasks }) => tasks);

function knownTasks(
  manifestTasks: readonly ManifestTask[],
  wanted: DerivedManifest,
  leftOut: readonly LeftOutTask[],
  existing: ExistingManifest,
  ids: Ids,
): KnownTask[] {
  const planned = new Map(tasksOf(wanted).map((task) => [task.id, task]));
  const others = new Map(leftOut.map((task) => [task.id, task]));
  return manifestTasks.map((task) => {
    const id = ids.newIdOf(task.id);
    const other = others.get(id);
    // The dependencies of a left-out task that a person added are that person's.
    const own = other && { ...other, depends: task.depends.map(ids.newIdOf), tier: task.tier };
    return new KnownTask(task, planned.get(id) ?? own, existing, ids);
  });
}

/** The drifts of one task, and of its dependencies, which are added to the placement. */
function taskDrifts(
  task: KnownTask,
  placement: Placement,
  likely: string | undefined,
  force: boolean,
): Drift[] {
  const { id, plan } = task;
  if (!plan)
    return task.isHandwritten
      ? []
      : [{ kind: "gone", id, ...(likely === undefined ? {} : { perhaps: likely }) }];
  const changed = (key: DerivedKey, to: unknown): Drift => ({
    kind: "changed",
    id,
    key,
    from: task.value(key),
    to,
  });
  const titleAndFiles = (["title", "files"] as const)
    .filter((key) => !task.isSame(key))
    .map((key): Drift => {
      const isChanged = task.follows(key) || (force && !task.lockOf(key));
      return isChanged
        ? changed(key, plan[key])
        : { kind: "edited", id, key, from: task.value(key), to: plan[key] };
    });
  const { depends, refused } = linkDependencies(task, placement);
  return [
    ...titleAndFiles,
    ...(isSame("depends", depends, task.value("depends")) ? [] : [changed("depends", depends)]),
    ...refused,
    ...(task.follows("tier") ? [changed("tier", plan.tier)] : []),
    ...(task.follows("verify") ? [changed("verify", plan.verify ?? [])] : []),
    ...keptDrifts(task, depends),
  ];
}

/** The values of a task that both a person and the plan have changed. */
function keptDrifts(task: KnownTask, depends: readonly string[]): Drift[] {
  return (["depends", "tier", "verify"] as const).flatMap((key): Drift[] => {
    const [from, to] = [key === "depends" ? depends : task.value(key), task.plan?.[key]];
    return task.isKept(key) && !isSame(key, from, to) ? [{ kind: "kept", id: task.id, key, from, to }] : [];
  });
}

/** The drifts of the manifest's own keys. */
function orderDrifts(
  wanted: DerivedManifest,
  { manifest, record }: ExistingManifest,
  placement: Placement,
): Drift[] {
  return orderKeys.flatMap((key): Drift[] => {
    const isUnordered = key === "mode" && !modeConfigs[wanted.mode].usesDependencies;
    const to = isUnordered && placement.hasOrder ? "dependency-driven" : wanted[key];
    const was = record.get("")?.[key];
    const from = manifest[key];
    if (was === undefined || was === digestOf(key, wanted[key]) || from === to) return [];
    return [{ kind: was === digestOf(key, from) ? "changed" : "kept", id: "", key, from, to }];
  });
}

/**
 * Adds the plan's new dependencies of a task to the placement: all of them if the task follows the plan, else those on
 * new tasks. Returns the task's `depends` after the update, and the dependencies that the order does not allow.
 */
function linkDependencies(
  task: KnownTask,
  placement: Placement,
): { depends: readonly string[]; refused: Drift[] } {
  const { id, plan } = task;
  const own = task.value("depends") as readonly string[];
  const follows = task.follows("depends");
  const wanted = (plan?.depends ?? []).filter(
    (on) => (follows || placement.isNew(on)) && !placement.needs(id).has(on),
  );
  const isShared = task.lockOf("depends") === "alias";
  const refused = wanted.flatMap((on): Drift[] => {
    const why = isShared ? "its `depends` is shared with other tasks" : placement.addDependency(on, id);
    return why === undefined ? [] : [{ kind: "unordered", id, on, why }];
  });
  const needs = placement.needs(id);
  const depends = follows
    ? (plan?.depends ?? []).filter((on) => needs.has(on))
    : [...own, ...[...needs].filter((on) => !own.includes(on))];
  return { depends, refused };
}

interface Ids {
  /** A task's id after the update. */
  readonly newIdOf: (id: string) => string;
  /** Digests of the plan's own `depends`, which include the tasks that a person removed. */
  readonly digests: ReadonlyMap<string, string>;
}

/** A task of the manifest, with the plan's task of the same id and what was last derived for it. */
class KnownTask {
  /** The id after the update. */
  readonly id: string;
  private readonly digests: Readonly<Record<string, string>> | undefined;
  constructor(
    private readonly task: ManifestTask,
    readonly plan: DerivedTask | undefined,
    private readonly existing: ExistingManifest,
    private readonly ids: Ids,
  ) {
    this.id = ids.newIdOf(task.id);
    this.digests = existing.record.get(task.id);
  }

  /** Whether a person wrote it. It needs no plan, since it says itself what to do. */
  get isHandwritten(): boolean {
    return !this.digests && Boolean(this.task.run ?? this.task.prompt ?? this.task.prompt_file);
  }

  value(key: DerivedKey): unknown {
    return key === "depends" ? this.task.depends.map(this.ids.newIdOf) : this.task[key];
  }

  /** Whether manifest and plan agree. A manifest without a title agrees with any. */
  isSame(key: DerivedKey): boolean {
    return (
      (key === "title" && this.task.title === undefined) || isSame(key, this.value(key), this.plan?.[key])
    );
  }

  lockOf(key: DerivedKey): "alias" | "comments" | undefined {
    return this.existing.lockOf(this.task.id, key);
  }

  /** Whether the value is as it was derived, but the plan has changed. */
  follows(key: DerivedKey): this is this & { plan: DerivedTask } {
    return (
      this.plan !== undefined &&
      this.digests?.[key] === digestOf(key, this.task[key]) &&
      !this.lockOf(key) &&
      !this.isSame(key)
    );
  }

  /** Whether both a person and the plan have changed the value. */
  isKept(key: DerivedKey): boolean {
    const was = this.digests?.[key];
    if (was === undefined || this.follows(key) || was === digestOf(key, this.plan?.[key])) return false;
    return key !== "depends" || was !== this.ids.digests.get(this.id);
  }
}
