import { extname, resolve } from "node:path";
import type { Manifest } from "../../schemas/manifest.ts";
import type { Plan } from "../../schemas/plan.ts";
import { loadManifest } from "../manifest/load.ts";
import { checkMode } from "../manifest/meaning.ts";
import { isError, type Problem, UsageError } from "../problem.ts";
import { exists } from "../text/on-disk.ts";
import type { YamlFile } from "../yaml/yaml-file.ts";
import type { JobOptions } from "./job.ts";

/** A manifest, or a plan in place of one, as read. */
export interface Source {
  readonly manifest?: Manifest;
  /** The file that `manifest` came from. */
  readonly file: string;
  readonly plan?: Plan;
  /** The manifest's file with the places of its values; undefined for a plan alone. */
  readonly yaml?: YamlFile;
  readonly problems: Problem[];
}

/** Reads a manifest, or a plan; of a plan with a manifest beside it, both. Throws UsageError if two plans are named. */
export async function readSource(path: string, options: JobOptions): Promise<Source> {
  const isPlan = [".md", ".markdown"].includes(extname(path).toLowerCase());
  if (isPlan && options.plan !== undefined && resolve(options.plan) !== path) {
    throw new UsageError(
      "expected one plan, found two",
      "name the manifest instead of the first one, or leave --plan out",
    );
  }
  const manifestFile = isPlan ? await manifestBeside(path) : path;
  if (manifestFile === undefined) return readPlanAlone(path);
  const source = await readManifest(manifestFile, { ...options, ...(isPlan ? { plan: path } : {}) });
  const { manifest, yaml, plan, problems } = source;
  if (!manifest || !yaml || plan || problems.some(isError)) return source;
  const { textProblemsWithoutPlan } = await import("./missing-prompts.ts");
  return { ...source, problems: [...problems, ...textProblemsWithoutPlan(manifest, yaml)] };
}

async function readPlanAlone(path: string): Promise<Source> {
  const { manifestFromPlan, readPlan } = await import("../plan/read-plan.ts");
  const { plan, problems } = await readPlan(path);
  return { ...(plan ? { plan, manifest: manifestFromPlan(plan) } : {}), file: path, problems };
}

/** Reads a manifest, and the plan that is named or lies beside it. */
export async function readManifest(
  path: string,
  { plan: named, mode }: Pick<JobOptions, "plan" | "mode"> = {},
): Promise<Source> {
  const { manifest, file, problems } = await loadManifest(path);
  const planFile = named === undefined ? await planBeside(path) : resolve(named);
  const { plan, problems: ofPlan = [] } = planFile ? await planIn(planFile) : {};
  const overridden = manifest && file && mode ? checkMode(manifest, file, mode) : [];
  const texts = manifest && file && plan ? await textsOf(manifest, file, plan) : [];
  return {
    ...(manifest ? { manifest } : {}),
    ...(plan ? { plan } : {}),
    ...(file ? { yaml: file } : {}),
    file: path,
    // The manifest decides what its plan leaves unclear: only errors of the plan matter.
    problems: [...problems, ...overridden, ...ofPlan.filter(isError), ...texts],
  };
}

// Loaded only if there is a plan: without it, `check` starts in half the time.
const planIn = async (file: string): Promise<{ plan?: Plan; problems: Problem[] }> =>
  (await import("../plan/read-plan.ts")).readPlan(file, { needsTasks: false });
const textsOf = async (manifest: Manifest, file: YamlFile, plan: Plan): Promise<Problem[]> =>
  (await import("./missing-prompts.ts")).textProblems(manifest, file, plan);

async function planBeside(manifest: string): Promise<string | undefined> {
  for (const ending of [".md", ".json"]) {
    const plan = manifest.replace(/\.exec\.ya?ml$/i, ending);
    if (plan !== manifest && (await exists(plan))) return plan;
  }
  return undefined;
}

async function manifestBeside(plan: string): Promise<string | undefined> {
  for (const ending of [".exec.yaml", ".exec.yml"]) {
    const manifest = plan.replace(/\.(md|markdown)$/i, ending);
    if (await exists(manifest)) return manifest;
  }
  return undefined;
}
