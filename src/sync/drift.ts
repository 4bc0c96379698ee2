import { modeConfigs } from "../../machines/modes/modes.ts";
import type { Manifest, ManifestTask } from "../../schemas/manifest.ts";
import {
  type DerivedKey,
  type DerivedOrder,
  type DerivedRecord,
  isSame,
  markOf,
  orderKeys,
  type Written,
  type WrittenTask,
} from "./derived-record.ts";
import { Placement } from "./placement.ts";
import { removedFrom, without } from "./removed.ts";
import { renumbered } from "./renumbered.ts";

/** One way in which a manifest is not what its plan says. Ids are those of the plan, where it has the task. */
export type Drift =
  /** `--update` settles these. An empty `id` means the manifest. */
  | { readonly kind: "renumbered"; readonly was: string; readonly id: string; readonly gone: boolean }
  | { readonly kind: "missing"; readonly id: string; readonly title: string }
  | {
      readonly kind: "changed";
      readonly id: string;
      readonly key: Key;
      readonly from: unknown;
      readonly to: unknown;
    }
  /** The plan has changed a value that a person had changed too. */
  | {
      readonly kind: "kept";
      readonly id: string;
      readonly key: Key;
      readonly from: unknown;
      readonly to: unknown;
    }
  /** A dependency of the plan that the manifest's own order does not allow. */
  | { readonly kind: "unordered"; readonly id: string; readonly on: string; readonly why: string }
  /** These a person must settle. `perhaps`: the plan's new task that one which is gone may be by now. */
  | {
      readonly kind: "edited";
      readonly id: string;
      readonly key: "title" | "files";
      readonly from: unknown;
      readonly to: unknown;
    }
  | { readonly kind: "gone"; readonly id: string; readonly perhaps?: string };
type Key = DerivedKey | keyof DerivedOrder;

/** What only a person can settle, also after `--update`. */
export const isForPerson = ({ kind }: Drift): boolean => kind === "edited" || kind === "gone";

/** What `--update` does to a manifest: ids first, then what has changed, and new tasks and stages. */
export interface Update {
  readonly renames: ReadonlyMap<string, string>;
  readonly stages: Placement["stages"];
  readonly drifts: readonly Drift[];
  /** The plan's tasks that a person took out of the manifest: they stay out, and nothing waits for them. */
  readonly removed: ReadonlySet<string>;
}

/** A manifest that is there, and what is known of its text. */
export interface Present {
  readonly manifest: Manifest;
  readonly record: DerivedRecord;
  /** Why a value of a task, by the id that it has, cannot be changed in place; `comments` allow additions alone. */
  readonly fixed: (id: string, key: string) => "alias" | "comments" | undefined;
}

/** A task that a plan leaves to a person. */
export type LeftOutTask = Omit<WrittenTask, "depends" | "tier">;

/**
 * What has drifted between a plan's derivation and a manifest, and what `--update` makes of it: a value that stands
 * as it was derived follows the plan; one that a person changed stays. With `force` titles and files follow too. Tasks
 * that are left out are not missing, but known where a person has added them; nor are those that the record knows
 * and the manifest lacks, for a person removed them.
 */
export function updateFor(
  whole: Written,
  leftOut: readonly LeftOutTask[],
  present: Present,
  force = false,
): Update {
  const { manifest, record } = present;
  const all = whole.stages.flatMap(({ tasks }) => tasks);
  const others = new Map(leftOut.map((task) => [task.id, task]));
  const olds = manifest.stages.flatMap(({ tasks }) => tasks);
  const { renames, likely } = renumbered(olds, [...all, ...leftOut], record);
  const idOf = (id: string) => renames.get(id) ?? id;
  const removed = removedFrom(olds, all, record, idOf);
  const derived = without(whole, removed);
  const planned = new Map(derived.stages.flatMap(({ tasks }) => tasks).map((task) => [task.id, task]));
  const unchanged = new Map(all.map((task) => [task.id, markOf("depends", task.depends)]));
  const placement = new Placement(manifest.stages, idOf);
  const drifts: Drift[] = [...renames].map(([was, id]) => ({
    kind: "renumbered",
    was,
    id,
    gone: !planned.has(id) && !others.has(id),
  }));
  const change = (id: string, key: Key, from: unknown, to: unknown) =>
    drifts.push({ kind: "changed", id, key, from, to });
  const known = olds.map((task) => {
    const other = others.get(idOf(task.id));
    // What one that a person added waits for is theirs.
    const own = other && { ...other, depends: task.depends.map(idOf), tier: task.tier };
    return new KnownTask(task, idOf, planned.get(idOf(task.id)) ?? own, present, unchanged);
  });
  for (const task of known) if (task.follows("depends")) placement.free(task.id, task.plan.depends);
  for (const task of placement.add(derived.stages))
    drifts.push({ kind: "missing", id: task.id, title: task.title });
  for (const task of known) {
    const { id, plan } = task;
    if (!plan) {
      const perhaps = likely.get(id);
      if (!task.isOwn) drifts.push({ kind: "gone", id, ...(perhaps ? { perhaps } : {}) });
      continue;
    }
    for (const key of ["title", "files"] as const) {
      if (task.isSame(key)) continue;
      if (task.follows(key) || (force && !task.fixed(key))) change(id, key, task.value(key), plan[key]);
      else drifts.push({ kind: "edited", id, key, from: task.value(key), to: plan[key] });
    }
    const { depends, refused } = dependsOf(task, placement);
    if (!isSame("depends", depends, task.value("depends")))
      change(id, "depends", task.value("depends"), depends);
    drifts.push(...refused);
    if (task.follows("tier")) change(id, "tier", task.value("tier"), plan.tier);
    if (task.follows("verify")) change(id, "verify", task.value("verify"), plan.verify ?? []);
    for (const key of ["depends", "tier", "verify"] as const) {
      const now = key === "depends" ? depends : task.value(key);
      if (task.isKept(key) && !isSame(key, now, plan[key]))
        drifts.push({ kind: "kept", id, key, from: now, to: plan[key] });
    }
  }
  for (const key of orderKeys) {
    const to =
      key === "mode" && !modeConfigs[whole.mode].usesDependencies && placement.hasOrder
        ? "dependency-driven"
        : derived[key];
    const was = record.get("")?.[key];
    if (was === undefined || was === markOf(key, derived[key]) || manifest[key] === to) continue;
    if (was === markOf(key, manifest[key])) change("", key, manifest[key], to);
    else drifts.push({ kind: "kept", id: "", key, from: manifest[key], to });
  }
  return { renames, stages: placement.stages, drifts, removed };
}

/** A task's `depends` after an update: all of the plan's where it follows it, else what is new in it. */
function dependsOf(task: KnownTask, placement: Placement): { depends: readonly string[]; refused: Drift[] } {
  const { id, plan } = task;
  const own = task.value("depends") as readonly string[];
  const follows = task.follows("depends");
  const wanted = (plan?.depends ?? []).filter(
    (on) => (follows || placement.isNew(on)) && !placement.needs(id).has(on),
  );
  const refused: Drift[] = [];
  for (const on of wanted) {
    const why =
      task.fixed("depends") === "alias" ? "its `depends` is shared with other tasks" : placement.link(on, id);
    if (why) refused.push({ kind: "unordered", id, on, why });
  }
  const needs = placement.needs(id);
  const depends = follows
    ? (plan?.depends ?? []).filter((on) => needs.has(on))
    : [...own, ...[...needs].filter((on) => !own.includes(on))];
  return { depends, refused };
}

/** A task of the manifest beside the plan's task of its id, and beside what was derived of it last. */
class KnownTask {
  readonly id: string;
  private readonly marks: Readonly<Record<string, string>> | undefined;
  constructor(
    private readonly task: ManifestTask,
    private readonly idOf: (id: string) => string,
    readonly plan: WrittenTask | undefined,
    private readonly present: Present,
    /** Marks of the plan's own `depends`, with the tasks that a person removed. */
    private readonly whole: ReadonlyMap<string, string>,
  ) {
    this.id = idOf(task.id);
    this.marks = present.record.get(task.id);
  }

  /** A person's own, which needs no plan: it says itself what is to be done. */
  get isOwn(): boolean {
    return !this.marks && Boolean(this.task.run ?? this.task.prompt ?? this.task.prompt_file);
  }

  value(key: DerivedKey): unknown {
    return key === "depends" ? this.task.depends.map(this.idOf) : this.task[key];
  }

  /** A title that is left out is no other title. */
  isSame(key: DerivedKey): boolean {
    return (
      (key === "title" && this.task.title === undefined) || isSame(key, this.value(key), this.plan?.[key])
    );
  }

  fixed(key: DerivedKey): "alias" | "comments" | undefined {
    return this.present.fixed(this.task.id, key);
  }

  /** It stands as it was derived, and the plan says otherwise by now. */
  follows(key: DerivedKey): this is this & { plan: WrittenTask } {
    return (
      this.plan !== undefined &&
      this.marks?.[key] === markOf(key, this.task[key]) &&
      !this.fixed(key) &&
      !this.isSame(key)
    );
  }

  /** A person changed it, and so has the plan since. */
  isKept(key: DerivedKey): boolean {
    const was = this.marks?.[key];
    if (was === undefined || this.follows(key) || was === markOf(key, this.plan?.[key])) return false;
    return key !== "depends" || was !== this.whole.get(this.id);
  }
}
