import { extname, resolve } from "node:path";
import type { Manifest } from "../../schemas/manifest.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import { loadManifest } from "../manifest/load.ts";
import { checkMode } from "../manifest/meaning.ts";
import { manifestBeside, planBeside } from "../manifest/plan-beside.ts";
import { isError, type Problem, UsageError } from "../problem.ts";
import type { YamlFile } from "../yaml/yaml-file.ts";
import type { JobOptions } from "./job.ts";

/** A manifest, or a plan in place of one, as read. */
export interface Source {
  readonly manifest?: Manifest;
  /** The file that `manifest` came from. */
  readonly file: string;
  readonly plan?: Plan;
  /** The plan's task for each of the manifest's, by the latter's id. */
  readonly sections?: ReadonlyMap<string, PlanTask>;
  /** The manifest's file with the places of its values; undefined for a plan alone. */
  readonly yaml?: YamlFile;
  readonly problems: Problem[];
}

/** Where to find a plan, besides what lies beside the manifest. */
export interface PlanPlaces extends Pick<JobOptions, "plan" | "mode"> {
  /** The plan from which the tasks took their prompts when the run was started. */
  readonly planBefore?: string | undefined;
}

/** Reads a manifest, or a plan; of a plan with a manifest beside it, both. Throws UsageError if two plans are named. */
export async function readSource(path: string, options: PlanPlaces): Promise<Source> {
  const isPlan = [".md", ".markdown"].includes(extname(path).toLowerCase());
  if (isPlan && options.plan !== undefined && resolve(options.plan) !== path) {
    throw new UsageError(
      "expected one plan, found two",
      "name the manifest instead of the first one, or remove --plan",
    );
  }
  const manifestFile = isPlan ? await manifestBeside(path) : path;
  if (manifestFile === undefined) return readPlanAlone(path);
  const source = await readManifest(manifestFile, { ...options, ...(isPlan ? { plan: path } : {}) });
  const { manifest, yaml, plan, problems } = source;
  if (!manifest || !yaml || plan || problems.some(isError)) return source;
  const texts = await lostTexts(manifest, yaml, options.planBefore);
  return { ...source, problems: [...problems, ...texts] };
}

async function readPlanAlone(path: string): Promise<Source> {
  const { manifestFromPlan, readPlan } = await import("../plan/read-plan.ts");
  const { plan, problems } = await readPlan(path);
  if (!plan) return { file: path, problems };
  const sections = new Map(plan.tasks.map((task) => [task.id, task]));
  return { plan, manifest: manifestFromPlan(plan), sections, file: path, problems };
}

/** Reads a manifest, and the plan that is named or lies beside it. */
export async function readManifest(
  path: string,
  { plan: named, mode, planBefore }: PlanPlaces = {},
): Promise<Source> {
  const { manifest, file, problems } = await loadManifest(path);
  const planFile = named === undefined ? await planBeside(path, file) : resolve(named);
  const { plan, problems: ofPlan = [] } = planFile ? await planIn(planFile) : {};
  const isDerived = !planFile && file?.text.includes("\n# derived ");
  const lost =
    manifest && file && isDerived ? (await lostTexts(manifest, file, planBefore)).filter(isError) : [];
  const overridden = manifest && file && mode ? checkMode(manifest, file, mode) : [];
  const match = manifest && file && plan ? await matchOf(manifest, file, plan, planBefore) : undefined;
  return {
    ...(manifest ? { manifest } : {}),
    ...(plan ? { plan } : {}),
    ...(match ? { sections: match.sections } : {}),
    ...(file ? { yaml: file } : {}),
    file: path,
    // The manifest decides what its plan leaves unclear: only errors of the plan matter.
    problems: [...problems, ...overridden, ...ofPlan.filter(isError), ...(match?.problems ?? []), ...lost],
  };
}

const lostTexts = async (manifest: Manifest, file: YamlFile, planBefore: string | undefined) =>
  (await import("./missing-prompts.ts")).textProblemsWithoutPlan(manifest, file, planBefore);
// Loaded only if there is a plan: without it, `check` starts in half the time.
const planIn = async (file: string): Promise<{ plan?: Plan; problems: Problem[] }> =>
  (await import("../plan/read-plan.ts")).readPlan(file, { needsTasks: false });
const matchOf = async (manifest: Manifest, file: YamlFile, plan: Plan, planBefore: string | undefined) => {
  const { matchPlan } = await import("../sync/match-plan.ts");
  const { textProblems } = await import("./missing-prompts.ts");
  const match = await matchPlan(manifest, file, plan);
  const texts = textProblems(manifest, file, plan, match, planBefore);
  return { sections: match.sections, problems: [...match.problems, ...texts] };
};
