import * as v from "valibot";
import { type Manifest, manifestSchema } from "../../schemas/manifest.ts";
import type { Plan } from "../../schemas/plan.ts";
import { isError, type Problem } from "../problem.ts";
import { readText } from "../yaml/yaml-file.ts";
import { formatOf } from "./formats/formats.ts";
import { fencedPlan } from "./markdown/fenced-plan.ts";
import { parsePlan } from "./parse-plan.ts";
import { allTasksDone, noTasksProblem } from "./tasks/no-tasks.ts";

/** Larger files are refused before they are read. */
const mostBytes = 10 * 1024 * 1024;

/**
 * Reads a plan: markdown with a heading for each task, or another tool's format. A plan without tasks is a problem only
 * with `needsTasks`.
 */
export async function readPlan(
  path: string,
  { needsTasks = true }: { readonly needsTasks?: boolean } = {},
): Promise<{ plan?: Plan; problems: Problem[] }> {
  const { text, problem } = await readText(path, mostBytes);
  if (text === undefined) return { problems: problem ? [problem] : [] };
  const headed = parsePlan(text, path);
  const format = formatOf(text, path);
  if (format && (format.isSure || headed.plan.tasks.length === 0)) {
    const read = await format.read(text, path);
    const isDone = read.plan.tasks.length === 0 && !read.problems.some(isError);
    return isDone && needsTasks ? { problems: [allTasksDone(path)] } : read;
  }
  if (headed.plan.tasks.length > 0) return headed;
  const fenced = fencedPlan(text);
  const inFence = fenced === undefined ? undefined : parsePlan(fenced, path);
  if (inFence && inFence.plan.tasks.length > 0) return inFence;
  return needsTasks ? { problems: [...headed.problems, noTasksProblem(text, path)] } : headed;
}

/** Makes the manifest of a plan that has none: all-parallel, in one stage, with the schema's defaults. */
export const manifestFromPlan = (plan: Plan): Manifest =>
  v.parse(manifestSchema, {
    version: 1,
    mode: "all-parallel",
    stages: [
      {
        name: plan.title || "Plan",
        tasks: plan.tasks.map(({ id, title, files }) => ({ id, title, files })),
      },
    ],
  });
