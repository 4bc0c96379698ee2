import type { ManifestStage } from "../../schemas/manifest.ts";
import type { WrittenTask } from "./derived-record.ts";

/** A stage of a manifest, or one that is to be made, with the tasks that come into it. */
interface PlacedStage {
  readonly name: string;
  /** Its number in the manifest, from 0; none where it is new. */
  readonly at?: number;
  readonly added: WrittenTask[];
}

/** Where new tasks go in a manifest's stages, and which dependencies its order has room for. */
export class Placement {
  readonly stages: PlacedStage[];
  private readonly stageOf = new Map<string, PlacedStage>();
  private readonly waits = new Map<string, Set<string>>();
  private readonly fresh = new Set<string>();

  constructor(stages: readonly ManifestStage[], idOf: (id: string) => string) {
    this.stages = stages.map(({ name, tasks }, at) => {
      const stage: PlacedStage = { name, at, added: [] };
      for (const { id, depends } of tasks) {
        this.stageOf.set(idOf(id), stage);
        this.waits.set(idOf(id), new Set(depends.map(idOf)));
      }
      return stage;
    });
  }

  needs = (id: string): ReadonlySet<string> => this.waits.get(id) ?? new Set();
  isNew = (id: string): boolean => this.fresh.has(id);

  /** Whether anything waits for anything. */
  get hasOrder(): boolean {
    return this.stages.length > 1 || [...this.waits.values()].some(({ size }) => size > 0);
  }

  /** Takes what is not in a list from a task's dependencies. */
  free(id: string, kept: readonly string[]): void {
    this.waits.set(id, new Set([...this.needs(id)].filter((on) => kept.includes(on))));
  }

  /**
   * Places the tasks that are not there yet, and gives them back: behind all that they need and, where what needs
   * them leaves room, behind the task before them. A named stage of new tasks alone stays a stage.
   */
  add(derived: readonly { readonly name: string; readonly tasks: readonly WrittenTask[] }[]): WrittenTask[] {
    const users = new Map<string, string[]>();
    for (const { id, depends } of derived.flatMap(({ tasks }) => tasks))
      for (const on of depends) users.set(on, [...(users.get(on) ?? []), id]);
    const placed: WrittenTask[] = [];
    let before = 0;
    for (const { name, tasks } of derived) {
      const missing = tasks.filter(({ id }) => !this.stageOf.has(id));
      const least = (task: WrittenTask) => Math.max(0, ...task.depends.map((id) => this.positionOf(id) ?? 0));
      const most = (id: string) =>
        Math.min(
          this.stages.length - 1,
          ...(users.get(id) ?? []).map((user) => this.positionOf(user) ?? Number.POSITIVE_INFINITY),
        );
      const floor = Math.max(before, ...missing.map(least));
      const isStage =
        missing.length === tasks.length &&
        !/^Stage \d+$/.test(name) &&
        !this.stages.some((stage) => stage.name === name) &&
        missing.every(({ id }) =>
          (users.get(id) ?? []).every((user) => (this.positionOf(user) ?? Number.POSITIVE_INFINITY) > floor),
        );
      if (isStage) this.stages.splice(floor + 1, 0, { name, added: [] });
      for (const task of tasks) {
        if (!this.stageOf.has(task.id)) {
          const at = isStage ? floor + 1 : Math.max(least(task), Math.min(before, most(task.id)));
          this.put(task, this.stages[at] as PlacedStage);
          placed.push(task);
        }
        before = Math.max(before, this.positionOf(task.id) ?? 0);
      }
    }
    return placed;
  }

  /** Lets a task wait for another; says why where that cannot be. */
  link(on: string, id: string): string | undefined {
    const [before, here] = [this.positionOf(on), this.positionOf(id)];
    if (before === undefined || here === undefined) return "one of them is not in the manifest";
    if (before > here) return `it is in the later stage "${this.stages[before]?.name}"`;
    if (this.reaches(on, id)) return `it depends on "${id}" there`;
    this.waits.get(id)?.add(on);
    return undefined;
  }

  private put(task: WrittenTask, stage: PlacedStage): void {
    stage.added.push(task);
    this.stageOf.set(task.id, stage);
    this.waits.set(task.id, new Set(task.depends));
    this.fresh.add(task.id);
  }

  private positionOf(id: string): number | undefined {
    const stage = this.stageOf.get(id);
    return stage && this.stages.indexOf(stage);
  }

  /** Whether a task waits, in the end, for another. */
  private reaches(id: string, other: string): boolean {
    const seen = new Set([id]);
    for (const one of seen) {
      if (one === other) return true;
      for (const next of this.needs(one)) seen.add(next);
    }
    return false;
  }
}
