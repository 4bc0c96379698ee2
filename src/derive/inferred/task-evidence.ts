import type { Plan, PlanTask } from "../../../schemas/plan.ts";
import { definitionsIn } from "./symbols.ts";

/** What evidence is sought in: a task's text, taken apart once. */
export interface TaskFacts {
  /** Number in plan order, from 0. */
  readonly at: number;
  readonly task: PlanTask;
  readonly title: string;
  readonly creates: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** Names that its code defines. */
  readonly defines: ReadonlySet<string>;
  /** Every word of its section, code included, that may be a name. */
  readonly words: ReadonlySet<string>;
  /** Every path of its section, and each of its ends behind a slash. */
  readonly paths: ReadonlySet<string>;
}

export function factsOf(plan: Plan): TaskFacts[] {
  return plan.tasks.map((task, at) => {
    const reads = new Set(task.uses.filter(({ use }) => use === "read").map(({ path }) => path));
    return {
      at,
      task,
      title: task.title,
      creates: new Set(task.uses.filter(({ use }) => use === "create").map(({ path }) => path)),
      writes: new Set(task.files.filter((path) => !reads.has(path))),
      defines: new Set(task.code.flatMap(definitionsIn)),
      words: new Set(task.section.match(/[A-Za-z_]\w*/g) ?? []),
      paths: new Set(pathsIn(task.section)),
    };
  });
}

/** A path and each of its ends behind a slash, longest first; bounded, since a plan may hold any text. */
export function tailsOf(path: string): string[] {
  const parts = path.split("/").slice(-40);
  return parts.map((_, at) => parts.slice(at).join("/"));
}

const pathsIn = (text: string): string[] =>
  (text.match(/[\w.@~-]{0,100}(?:\/[\w.@*-]{1,100})+\/?|[\w-]{1,100}\.[A-Za-z]\w{0,5}\b/g) ?? []).flatMap(
    (path) => tailsOf(path.replace(/[.:]+$/, "")).filter(Boolean),
  );
