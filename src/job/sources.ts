import { resolve } from "node:path";
import type { Manifest } from "../../schemas/manifest.ts";
import type { Plan } from "../../schemas/plan.ts";
import { loadManifest } from "../manifest/load.ts";
import { checkMode } from "../manifest/meaning.ts";
import { isError, type Problem } from "../problem.ts";
import { exists } from "../text/on-disk.ts";
import type { YamlFile } from "../yaml/yaml-file.ts";
import type { JobOptions } from "./job.ts";

/** A manifest, or what stands for one, with its plan. */
export interface Source {
  readonly manifest?: Manifest;
  /** The file that `manifest` came from. */
  readonly file: string;
  readonly plan?: Plan;
  readonly problems: Problem[];
}

/** A manifest with the plan that is named, or lies beside it. */
export async function readManifest(
  path: string,
  { plan: named, mode }: Pick<JobOptions, "plan" | "mode"> = {},
): Promise<Source & { readonly yaml?: YamlFile }> {
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
    // What a plan leaves unclear is settled by its manifest.
    problems: [...problems, ...overridden, ...ofPlan.filter(isError), ...texts],
  };
}

// Only where a plan is there is what reads it loaded: a check alone starts in half the time without.
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
