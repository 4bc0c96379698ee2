import type { Plan } from "../../schemas/plan.ts";
import type { Problem, ProblemCode } from "../problem.ts";

/** A plan, and the problems found while reading it. */
export interface PlanResult {
  readonly plan: Plan;
  readonly problems: Problem[];
}

/** Builds a warning about a line of a plan, counted from 1. */
export const warningAt = (
  code: ProblemCode,
  file: string,
  line: number,
  message: string,
  hint: string,
): Problem => ({ code, severity: "warning", message, place: { file, line, column: 1 }, hint });
