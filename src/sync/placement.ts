import type { ManifestStage } from "../../schemas/manifest.ts";
import type { DerivedManifest, DerivedTask } from "../derive/derived-manifest.ts";

/** A stage of a manifest, or a new one, with the tasks that are added to it. */
interface PlacedStage {
  readonly name: string;
  /** Position in the manifest, from 0; undefined for a new stage. */
  readonly at?: number;
  readonly added: DerivedTask[];
}

/** Places new tasks in the stages of a manifest, and adds dependencies that its order allows. */
export class Placement {
  readonly stages: PlacedStage[];
  private readonly stageOf = new Map<string, PlacedStage>();
  private readonly needsOf = new Map<string, Set<string>>();
  private readonly added = new Set<string>();

  constructor(stages: readonly ManifestStage[], newIdOf: (id: string) => string) {
    this.stages = stages.map(({ name, tasks }, at) => {
      const stage: PlacedStage = { name, at, added: [] };
      for (const { id, depends } of tasks) {
        this.stageOf.set(newIdOf(id), stage);
        this.needsOf.set(newIdOf(id), new Set(depends.map(newIdOf)));
      }
      return stage;
    });
  }

  needs = (id: string): ReadonlySet<string> => this.needsOf.get(id) ?? new Set();
  isNew = (id: string): boolean => this.added.has(id);

  /** Whether any task waits for another. */
  get hasOrder(): boolean {
    return this.stages.length > 1 || [...this.needsOf.values()].some(({ size }) => size > 0);
  }

  /** Removes a task's dependencies, except those in a list. */
  keepDependencies(id: string, kept: readonly string[]): void {
    this.needsOf.set(id, new Set([...this.needs(id)].filter((on) => kept.includes(on))));
  }

  /**
   * Places the tasks that the manifest lacks, and returns them: after everything that they depend on and, if their
   * dependents allow it, after the plan's task before them. A named stage of only new tasks becomes a new stage.
   */
  add(derived: DerivedManifest["stages"]): DerivedTask[] {
    const users = new Map<string, string[]>();
    for (const { id, depends } of derived.flatMap(({ tasks }) => tasks))
      for (const on of depends) users.set(on, [...(users.get(on) ?? []), id]);
    const placed: DerivedTask[] = [];
    let before = 0;
    for (const { name, tasks } of derived) {
      const missing = tasks.filter(({ id }) => !this.stageOf.has(id));
      const earliest = (task: DerivedTask) =>
        task.depends.reduce((last, id) => Math.max(last, this.positionOf(id) ?? 0), 0);
      const latest = (id: string) =>
        (users.get(id) ?? []).reduce(
          (first, user) => Math.min(first, this.positionOf(user) ?? first),
          this.stages.length - 1,
        );
      const floor = missing.reduce((last, task) => Math.max(last, earliest(task)), before);
      const becomesStage =
        missing.length === tasks.length &&
        !/^Stage \d+$/.test(name) &&
        !this.stages.some((stage) => stage.name === name) &&
        missing.every(({ id }) =>
          (users.get(id) ?? []).every((user) => (this.positionOf(user) ?? Number.POSITIVE_INFINITY) > floor),
        );
      if (becomesStage) this.stages.splice(floor + 1, 0, { name, added: [] });
      for (const task of tasks) {
        if (!this.stageOf.has(task.id)) {
          const at = becomesStage ? floor + 1 : Math.max(earliest(task), Math.min(before, latest(task.id)));
          this.place(task, this.stages[at] as PlacedStage);
          placed.push(task);
        }
        before = Math.max(before, this.positionOf(task.id) ?? 0);
      }
    }
    return placed;
  }

  /** Makes a task depend on another. Returns why if that is not possible. */
  addDependency(on: string, id: string): string | undefined {
    const [before, here] = [this.positionOf(on), this.positionOf(id)];
    if (before === undefined || here === undefined) return "one of them is not in the manifest";
    if (before > here) return `it is in the later stage "${this.stages[before]?.name}"`;
    if (this.dependsOn(on, id)) return `it depends on "${id}" there`;
    this.needsOf.get(id)?.add(on);
    return undefined;
  }

  private place(task: DerivedTask, stage: PlacedStage): void {
    stage.added.push(task);
    this.stageOf.set(task.id, stage);
    this.needsOf.set(task.id, new Set(task.depends));
    this.added.add(task.id);
  }

  private positionOf(id: string): number | undefined {
    const stage = this.stageOf.get(id);
    return stage && this.stages.indexOf(stage);
  }

  /** Whether a task depends on another, directly or through others. */
  private dependsOn(id: string, other: string): boolean {
    const seen = new Set([id]);
    for (const one of seen) {
      if (one === other) return true;
      for (const next of this.needs(one)) seen.add(next);
    }
    return false;
  }
}
