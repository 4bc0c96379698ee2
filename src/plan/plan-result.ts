import type { Plan } from "../../schemas/plan.ts";
import type { Problem, ProblemCode } from "../problem.ts";

/** A plan, and what a person should know of how it was read. */
export interface PlanRead {
  readonly plan: Plan;
  readonly problems: Problem[];
}

/** A warning on a line of a plan, which counts from 1. */
export const warningAt = (
  code: ProblemCode,
  file: string,
  line: number,
  message: string,
  hint: string,
): Problem => ({ code, severity: "warning", message, place: { file, line, column: 1 }, hint });
