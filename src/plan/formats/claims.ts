import { locksOf } from "../../../machines/locks.ts";
import type { Plan, PlanTask } from "../../../schemas/plan.ts";
import type { Problem } from "../../problem.ts";
import { quoted } from "../../text/printable.ts";
import { warningAt } from "../plan-read.ts";

/**
 * Where a plan says that tasks may run at the same time, and they write one file or one depends on the other. `claim`
 * is what says so: `[P]`, `wave 2`.
 */
export function contradictions(plan: Plan, ids: readonly string[], claim: string): Problem[] {
  const tasks = plan.tasks.filter(({ id }) => ids.includes(id));
  const locks = locksOf(tasks.map(({ files }) => files));
  const shared = locks.holders.map((holders, lock) => {
    const [first, ...others] = holders.map((at) => tasks[at] as PlanTask);
    const names = [first, ...others].map((task) => quoted(task?.number ?? "")).join(" and ");
    const message = `${names} are ${claim}, which is for tasks that run at the same time, and all write ${quoted(locks.paths[lock] ?? "")}`;
    return warningAt(
      "claim-contradicted",
      plan.file,
      others.at(-1)?.line ?? 1,
      message,
      "they never run together; put one behind the other",
    );
  });
  const dependent = tasks.flatMap((task) =>
    (task.depends ?? []).flatMap((id) => {
      const other = tasks.find((one) => one.id === id);
      if (!other) return [];
      const message = `${quoted(task.number)} and ${quoted(other.number)} are ${claim}, which is for tasks that run at the same time, and the one depends on the other`;
      return [
        warningAt(
          "claim-contradicted",
          plan.file,
          task.line,
          message,
          "the dependency counts; correct the claim",
        ),
      ];
    }),
  );
  return [...shared, ...dependent];
}

/** Dependencies on tasks that the plan does not have: said, and left out. */
export function withoutDangling(
  plan: Plan,
  outside: ReadonlySet<string> = new Set(),
): { plan: Plan; problems: Problem[] } {
  const known = new Set(plan.tasks.map(({ id }) => id));
  const problems: Problem[] = [];
  const tasks = plan.tasks.map((task) => {
    if (!task.depends) return task;
    for (const id of task.depends) {
      if (known.has(id) || outside.has(id)) continue;
      const message = `${quoted(task.number)} depends on ${quoted(id.replace(/^task-/, ""))}, which the plan does not have`;
      problems.push(
        warningAt("unknown-dependency", plan.file, task.line, message, "the dependency is left out"),
      );
    }
    return { ...task, depends: [...new Set(task.depends)].filter((id) => known.has(id) && id !== task.id) };
  });
  return { plan: { ...plan, tasks }, problems };
}
