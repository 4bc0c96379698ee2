import { locksOf } from "../../../machines/schedule/locks.ts";
import type { Plan, PlanTask } from "../../../schemas/plan.ts";
import type { Problem } from "../../problem.ts";
import { quoted } from "../../text/printable.ts";
import { warningAt } from "../plan-result.ts";
import { type FormatTask, idFor } from "./format.ts";

/** Tasks that a plan claims may run in parallel, and its words: `[P]`, `in wave 2`. */
export interface Claim {
  readonly ids: readonly string[];
  readonly by: string;
}

/** Warns of tasks that may run in parallel but write the same file, or depend on each other; once for each pair. */
export function contradictions(plan: Plan, claims: readonly Claim[]): Problem[] {
  const places = new Map(plan.tasks.map(({ id }, at) => [id, at]));
  return claims.flatMap(({ ids, by }) => {
    const own = ids.flatMap((id) => places.get(id) ?? []).toSorted((a, b) => a - b);
    const tasks = own.flatMap((at) => plan.tasks[at] ?? []);
    const shared = sharedFiles(tasks);
    const problem = (line: number, names: readonly PlanTask[], message: string, hint: string) =>
      warningAt(
        "claim-contradicted",
        plan.file,
        line,
        `${names.map(({ number }) => quoted(number)).join(" and ")} are ${by}, so they should run in parallel, but ${message}`,
        hint,
      );
    return [
      ...shared.map(({ path, holders }) =>
        problem(
          holders.at(-1)?.line ?? 1,
          holders,
          `all write ${quoted(path)}`,
          "they never run at the same time; let one depend on the other",
        ),
      ),
      ...dependentPairs(tasks)
        .filter((pair) => !shared.some(({ holders }) => pair.every((task) => holders.includes(task))))
        .map((pair) =>
          problem(
            pair[0].line,
            pair,
            "one depends on the other",
            "the dependency is used; correct the claim",
          ),
        ),
    ];
  });
}

/** The files that several tasks write, unless each of these tasks depends on the one before. */
function sharedFiles(tasks: readonly PlanTask[]): { path: string; holders: PlanTask[] }[] {
  const locks = locksOf(tasks.map(({ files }) => files));
  return locks.holders.flatMap((places, lock) => {
    const holders = places.flatMap((at) => tasks[at] ?? []);
    const isOrdered = holders.every((task, at) => {
      const before = holders[at - 1];
      return !before || task.depends?.includes(before.id) || before.depends?.includes(task.id);
    });
    return isOrdered ? [] : [{ path: locks.paths[lock] ?? "", holders }];
  });
}

/** Pairs of tasks of which one depends on the other. */
function dependentPairs(tasks: readonly PlanTask[]): [PlanTask, PlanTask][] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return tasks.flatMap((task) =>
    (task.depends ?? []).flatMap((id): [PlanTask, PlanTask][] => {
      const other = byId.get(id);
      return other ? [[task, other]] : [];
    }),
  );
}

/**
 * Removes dependencies on tasks that the plan does not have, with a warning. `named` are its tasks as the format names
 * them; `gone` are the tasks that are left out, each with the reason, or undefined if it is done.
 */
export function withoutDangling(
  plan: Plan,
  named: readonly FormatTask[],
  gone: ReadonlyMap<string, string | undefined> = new Map(),
): { plan: Plan; problems: Problem[] } {
  const known = new Set(plan.tasks.map(({ id }) => id));
  const problems: Problem[] = [];
  const tasks = plan.tasks.map((task, at) => {
    if (!task.depends) return task;
    for (const number of new Set(named[at]?.depends)) {
      const id = idFor(number);
      const why = gone.get(id);
      if (known.has(id) || (gone.has(id) && why === undefined)) continue;
      const what = why === undefined ? "which is not in the plan" : `which is ${why}`;
      const message = `${quoted(task.number)} depends on ${quoted(number)}, ${what}`;
      problems.push(
        warningAt("unknown-dependency", plan.file, task.line, message, "the dependency is left out"),
      );
    }
    return { ...task, depends: [...new Set(task.depends)].filter((id) => known.has(id) && id !== task.id) };
  });
  return { plan: { ...plan, tasks }, problems };
}
