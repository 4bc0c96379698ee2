import type { PlanTask } from "../../../schemas/plan.ts";
import { definitionsIn } from "./symbols.ts";

/** A task with what rules look for in its text. */
export interface TaskEvidence {
  /** Number in plan order, from 0. */
  readonly index: number;
  readonly task: PlanTask;
  readonly title: string;
  readonly creates: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** Names that its code defines. */
  readonly defines: ReadonlySet<string>;
  /** Words of its section, code included, that may be names. */
  readonly words: ReadonlySet<string>;
  /** Paths in its section, and each end of them that follows a slash. */
  readonly paths: ReadonlySet<string>;
}

export const readTaskEvidence = (tasks: readonly PlanTask[]): TaskEvidence[] =>
  tasks.map((task, index) => {
    const used = (as: string) => new Set(task.uses.filter(({ use }) => use === as).map(({ path }) => path));
    const reads = used("read");
    return {
      index,
      task,
      title: task.title,
      creates: used("create"),
      writes: new Set(task.files.filter((path) => !reads.has(path))),
      defines: new Set(task.code.flatMap(definitionsIn)),
      words: new Set(task.section.match(/[A-Za-z_]\w*/g) ?? []),
      paths: new Set(pathsIn(task.section)),
    };
  });

/** The most parts of a path that are read: bounds the time for a hostile plan. */
const maxParts = 40;

/** A path and each end of it that follows a slash, longest first. */
export function tailsOf(path: string): string[] {
  const parts = path.split("/").slice(-maxParts);
  return parts.map((_, index) => parts.slice(index).join("/"));
}

const pathsIn = (text: string): string[] =>
  (text.match(/[\w.@~-]{0,100}(?:\/[\w.@*-]{1,100})+\/?|[\w-]{1,100}\.[A-Za-z]\w{0,5}\b/g) ?? []).flatMap(
    (path) => tailsOf(path.replace(/[.:]+$/, "")).filter(Boolean),
  );
