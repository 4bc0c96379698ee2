import { isError, type Problem, ProblemsError } from "../problem.ts";
import type { JobOptions } from "./job.ts";

/** Throws ProblemsError if the plan has tasks that the manifest lacks, unless the run may start without them. */
export function refuseDrift(problems: readonly Problem[], { allowDrift = false }: JobOptions): void {
  if (allowDrift || !problems.some(({ code }) => code === "plan-drift")) return;
  throw new ProblemsError(
    problems.map((problem) =>
      problem.code === "plan-drift" && !isError(problem) ? { ...problem, severity: "error" } : problem,
    ),
  );
}
