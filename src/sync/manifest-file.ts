import { lstat } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Manifest, Mode, Tier } from "../../schemas/manifest.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import { type Derivation, derive } from "../derive/derive.ts";
import { buildManifest, type DerivedManifest, type Evidence } from "../derive/derived-manifest.ts";
import { checkManifest } from "../manifest/load.ts";
import { readPlan } from "../plan/read-plan.ts";
import { isError, type Problem, ProblemsError, UsageError } from "../problem.ts";
import { exists, isDirectory } from "../text/on-disk.ts";
import { parseYaml, readText, type YamlFile } from "../yaml/yaml-file.ts";
import { isForPerson, type Update } from "./drift.ts";
import { driftProblems, updateLines } from "./drift-words.ts";
import { planProblems } from "./plan-problems.ts";
import { manifestUpdate, updatedText } from "./update.ts";
import { manifestText, type Remarks, unexplained } from "./write.ts";

/** A plan with everything that was derived from it. */
export interface DerivedPlan {
  readonly plan: Plan;
  readonly derivation: Derivation;
  /** What a new manifest holds. */
  readonly manifest: DerivedManifest;
  /** The same without the given mode and tier: what an existing manifest is compared with. */
  readonly derived: DerivedManifest;
  readonly evidence: readonly Evidence[];
  /** Tasks that are left to a person. */
  readonly leftOut: readonly PlanTask[];
  readonly problems: readonly Problem[];
}

/** Reads a plan and derives its manifest. Throws ProblemsError if the plan cannot be read. */
export async function derivePlan(
  path: string,
  given: { readonly mode?: Mode; readonly tier?: Tier },
): Promise<DerivedPlan> {
  const { plan, problems } = await readPlan(path);
  if (!plan || problems.some(isError)) throw new ProblemsError(problems);
  const derivation = derive(plan);
  const built = buildManifest(plan, derivation, given);
  const found = [...problems, ...planProblems(plan, derivation, built)];
  const derived = buildManifest(plan, derivation).manifest;
  const { manifest, evidence, leftOut } = built;
  return { plan, derivation, manifest, derived, evidence, leftOut, problems: found };
}

/** How the manifest in a file differs from its plan. Throws ProblemsError if the manifest cannot be read. */
export async function compareManifest(
  work: DerivedPlan,
  target: string,
): Promise<{ update: Update; drift: Problem[] }> {
  const { text, manifest, file } = await readManifest(target);
  const update = manifestUpdate(text, manifest, work);
  return { update, drift: driftProblems(update, work.plan, file) };
}

/** What was done to an existing manifest. */
export interface ManifestUpdate {
  readonly update: Update;
  /** The changes, a line each. */
  readonly changes: readonly string[];
  /** Whether the file was written: its record of derived values may be all that changed. */
  readonly isWritten: boolean;
  /** The differences that only a person can settle. */
  readonly unsettled: readonly Problem[];
}

/**
 * Writes a plan's manifest, with evidence, to a file. With `update` an existing one is brought up to date, and what
 * was done to it is returned. With `force` it is written anew or, with `update` too, loses the edits of titles and
 * files. Throws UsageError if the file cannot be written or may not be overwritten, ProblemsError if the manifest is
 * not valid.
 */
export async function writeManifest(
  work: DerivedPlan,
  target: string,
  { update, force }: { readonly update?: boolean; readonly force?: boolean },
): Promise<ManifestUpdate | undefined> {
  if (!/\.ya?ml$/i.test(extname(target))) {
    throw new UsageError(
      `expected a file name that ends in .yaml, found ${target}`,
      "use a name such as plan.exec.yaml",
    );
  }
  if (await isDirectory(target))
    throw new UsageError(`expected a file to write, found the directory ${target}`, "name a file in it");
  const isThere = await isTaken(target);
  if (isThere && update) return updateManifest(work, target, force);
  if (isThere && !force) {
    throw new UsageError(
      `${target} already exists`,
      "--update applies the plan's changes and keeps your edits, --force overwrites it, --check only compares",
    );
  }
  await save(target, await newText(work, target));
  return undefined;
}

async function newText(work: DerivedPlan, target: string): Promise<string> {
  const schema = await installedSchema(target);
  const { derived, leftOut } = work;
  return manifestText(work.manifest, basename(work.plan.file), remarksOf(work), {
    derived,
    closing: leftOut.map(({ id, title, asksFirst }) => `Left out: ${id} (${title}): it says "${asksFirst}"`),
    ...(schema ? { schema } : {}),
  });
}

/** The schema of the installed package, which matches its version and needs no network, as a path from the manifest. */
async function installedSchema(target: string): Promise<string | undefined> {
  for (let directory = dirname(target); ; directory = dirname(directory)) {
    const path = join(directory, "node_modules/interserve/schemas/exec-manifest.schema.json");
    if (await exists(path)) return relative(dirname(target), path).replaceAll("\\", "/");
    if (directory === dirname(directory)) return undefined;
  }
}

async function updateManifest(work: DerivedPlan, target: string, force = false): Promise<ManifestUpdate> {
  const { text, manifest } = await readManifest(target);
  const update = manifestUpdate(text, manifest, work, force);
  const changes = updateLines(update);
  const next = updatedText(text, work.derived, update, remarksOf(work));
  if (next === undefined) {
    throw new UsageError(
      `${target} cannot be updated in place because of its YAML style; the changes are: ${changes.join("; ")}`,
      "make them by hand, or write the lists of stages and tasks line by line, without aliases",
    );
  }
  const file = parseYaml(target, next).file as YamlFile;
  if (next !== text) await save(target, next);
  // The places are in the new text, which has the new ids.
  const left = { ...update, renames: new Map(), drifts: update.drifts.filter(isForPerson) };
  return { update, changes, isWritten: next !== text, unsettled: driftProblems(left, work.plan, file) };
}

/** Reads an existing manifest. Throws ProblemsError if it is not valid. */
async function readManifest(path: string): Promise<{ text: string; manifest: Manifest; file: YamlFile }> {
  const { text, problem } = await readText(path, 5 * 1024 * 1024);
  if (text === undefined) throw new ProblemsError(problem ? [problem] : []);
  const { manifest, file, problems } = await checkManifest(parseYaml(path, text));
  if (!manifest || !file) throw new ProblemsError(problems);
  return { text, manifest, file };
}

/** Checks the text of a manifest and writes it. */
async function save(target: string, text: string): Promise<void> {
  const { manifest, problems } = await checkManifest(parseYaml(target, text));
  if (!manifest) throw new ProblemsError(problems);
  try {
    await writeFileAtomic(target, text);
  } catch (thrown) {
    throw await writeError(target, thrown as NodeJS.ErrnoException);
  }
}

/** The error for a manifest that cannot be written. Unlike the system's own, it does not mention a temporary file. */
async function writeError(target: string, { code = "unknown error" }: NodeJS.ErrnoException) {
  const directory = dirname(target);
  if (!(await isDirectory(directory)))
    return new UsageError(
      `cannot write ${basename(target)}: there is no directory ${directory}`,
      "create it, or choose another file with -o",
    );
  return new UsageError(
    `cannot write ${target} (${code})`,
    "check its directory's permissions and free space, or choose another file with -o",
  );
}

/** The remarks above a task's `depends`: the evidence for each dependency, or that there is none. */
function remarksOf({ plan, derivation, evidence }: DerivedPlan): Remarks {
  const bare = new Set(derivation.unexplained.map((at) => plan.tasks[at]?.id));
  const needs = new Map<string, Map<string, string>>();
  for (const { from, to, kind, detail } of evidence) {
    const lines = needs.get(to) ?? new Map<string, string>();
    if (!lines.has(from)) lines.set(from, `${from}: ${detail} [${kind}]`);
    needs.set(to, lines);
  }
  return (id) => [...(bare.has(id) ? [unexplained] : []), ...(needs.get(id)?.values() ?? [])];
}

/** Whether a path is in use. Unlike for `exists`, a dangling link counts. */
const isTaken = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
