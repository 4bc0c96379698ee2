import { access, lstat, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Manifest, Mode, Tier } from "../../../schemas/manifest.ts";
import type { Plan, PlanTask } from "../../../schemas/plan.ts";
import { type Derivation, derive } from "../../derive/derive.ts";
import { type DerivedManifest, derivedManifest, type Evidence } from "../../derive/derived-manifest.ts";
import { manifestIn } from "../../manifest/load.ts";
import { readPlan } from "../../plan/read-plan.ts";
import { isError, type Problem, ProblemsError, UsageError } from "../../problem.ts";
import { type Drift, isForPerson, type Update } from "../../sync/drift.ts";
import { driftProblems, updateLines } from "../../sync/drift-words.ts";
import { planProblems } from "../../sync/plan-problems.ts";
import { manifestUpdate, updatedText } from "../../sync/update.ts";
import { manifestText, unexplained as unexplainedRemark } from "../../sync/write.ts";
import { colorsFor } from "../../terminal/colors.ts";
import { problemJson } from "../../terminal/problems.ts";
import { jsonText, printable } from "../../text/printable.ts";
import { parseYaml, readText, type YamlFile } from "../../yaml/yaml-file.ts";
import { say } from "../exit-status.ts";

export interface PlanFlags {
  readonly output?: string;
  readonly mode?: Mode;
  readonly tier?: Tier;
  readonly force?: boolean;
  readonly update?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** All that a plan's derivation gives. */
interface Work {
  readonly plan: Plan;
  readonly derivation: Derivation;
  readonly manifest: DerivedManifest;
  /** As derived without regard to flags: what a manifest that is there is held against. */
  readonly derived: DerivedManifest;
  readonly evidence: readonly Evidence[];
  readonly leftOut: readonly PlanTask[];
  readonly problems: readonly Problem[];
}

/**
 * `interserve plan`: writes the manifest of a plan, with evidence, or brings one up to date. Exit status 0; with
 * `--check` 1 where plan and manifest have drifted. `--json` alone writes no file.
 */
export async function plan(path: string, flags: PlanFlags): Promise<number> {
  const work = await workOn(resolve(path), flags);
  const target = resolve(flags.output ?? path.replace(/(\.(md|markdown|json))?$/i, ".exec.yaml"));
  if (flags.check) return check(work, target, flags);
  const isWritten = !flags.json || flags.output || flags.force || flags.update;
  const { left = [], drift } = isWritten ? await write(work, target, flags) : {};
  const problems = [...work.problems, ...left.map((one): Problem => ({ ...one, severity: "warning" }))];
  if (flags.json) printJson(work, problems, drift);
  else if (problems.length > 0) await say(new ProblemsError(problems));
  return 0;
}

async function workOn(path: string, flags: PlanFlags): Promise<Work> {
  const { plan, problems } = await readPlan(path);
  if (!plan || problems.some(isError)) throw new ProblemsError(problems);
  const derivation = derive(plan);
  const { manifest, evidence, leftOut, asking } = derivedManifest(plan, derivation, flags);
  const found = [...problems, ...(await planProblems(plan, derivation, { manifest, leftOut, asking }))];
  const derived = derivedManifest(plan, derivation).manifest;
  return { plan, derivation, manifest, derived, evidence, leftOut, problems: found };
}

async function check(work: Work, target: string, flags: PlanFlags): Promise<number> {
  const { text, manifest, file } = await existing(target);
  const update = manifestUpdate(text, manifest, work);
  const drift = driftProblems(update, work.plan, file);
  if (flags.json) printJson(work, [...work.problems, ...drift], update.drifts);
  else if (drift.length > 0) await say(new ProblemsError(drift));
  else
    process.stdout.write(
      `${printable(basename(target))} has the plan's ${count(work.plan.tasks.length - work.leftOut.length - update.removed.size, "task")}${removedWords(update)}\n`,
    );
  return drift.length > 0 ? 1 : 0;
}

/** A manifest that is there. What is wrong with it is said with its place, before anything is done to it. */
async function existing(path: string): Promise<{ text: string; manifest: Manifest; file: YamlFile }> {
  const { text, problem } = await readText(path, 5 * 1024 * 1024);
  if (text === undefined) throw new ProblemsError(problem ? [problem] : []);
  const { manifest, file, problems } = await manifestIn(parseYaml(path, text));
  if (!manifest || !file) throw new ProblemsError(problems);
  return { text, manifest, file };
}

/** What an update found, and what of it is left for a person to settle. */
interface Written {
  readonly left?: readonly Problem[];
  readonly drift?: readonly Drift[];
}

async function write(work: Work, target: string, flags: PlanFlags): Promise<Written> {
  if (!/\.ya?ml$/i.test(extname(target))) {
    throw new UsageError(
      `a manifest's name ends in .yaml; ${target} does not`,
      "name it like plan.exec.yaml",
    );
  }
  if (await isDirectory(target))
    throw new UsageError(`expected a file to write, found the directory ${target}`, "name a file in it");
  const isThere = await isTaken(target);
  if (isThere && flags.update) return update(work, target, flags);
  if (isThere && !flags.force) {
    throw new UsageError(
      `${target} is there already, and is not overwritten`,
      "--update takes over what the plan has changed and keeps your edits; --force writes it anew; --check compares",
    );
  }
  await save(target, await fresh(work, target));
  if (!flags.json) tell("wrote", target, summary(work));
  return {};
}

async function fresh(work: Work, target: string): Promise<string> {
  const schema = await schemaBeside(target);
  const { derived, leftOut } = work;
  return manifestText(work.manifest, basename(work.plan.file), remarksOf(work), {
    derived,
    closing: leftOut.map(
      ({ id, title, asksFirst }) => `Left out: ${id} (${title}), for it says "${asksFirst}"`,
    ),
    ...(schema ? { schema } : {}),
  });
}

/** The schema of the package where it is installed in the project: as old as it, and there without a network. */
async function schemaBeside(target: string): Promise<string | undefined> {
  for (let directory = dirname(target); ; directory = dirname(directory)) {
    const path = join(directory, "node_modules/interserve/schemas/exec-manifest.schema.json");
    if (await exists(path)) return relative(dirname(target), path).replaceAll("\\", "/");
    if (directory === dirname(directory)) return undefined;
  }
}

async function update(work: Work, target: string, flags: PlanFlags): Promise<Written> {
  const { text, manifest } = await existing(target);
  const update = manifestUpdate(text, manifest, work, flags.force);
  const done = updateLines(update);
  const next = updatedText(text, work.derived, update, remarksOf(work));
  if (next === undefined) {
    throw new UsageError(
      `${target} is written in a form that cannot be added to in place; to do is: ${done.join("; ")}`,
      "do it by hand, or write lists of stages and tasks out, without aliases",
    );
  }
  const file = parseYaml(target, next).file as YamlFile;
  if (next !== text) await save(target, next);
  if (!flags.json) {
    if (done.length === 0)
      tell("nothing to do", target, `the plan has brought nothing new${removedWords(update)}`);
    else tell("updated", target, `${count(done.length, "change")}${removedWords(update)}`, done);
  }
  // Places are those in the new text, which has the new ids.
  const left = { ...update, renames: new Map(), drifts: update.drifts.filter(isForPerson) };
  return { left: driftProblems(left, work.plan, file), drift: update.drifts };
}

/** Writes what is a valid manifest. */
async function save(target: string, text: string): Promise<void> {
  const { manifest, problems } = await manifestIn(parseYaml(target, text));
  if (!manifest) throw new ProblemsError(problems);
  try {
    await writeFileAtomic(target, text);
  } catch (error) {
    throw await unwritable(target, error as NodeJS.ErrnoException);
  }
}

/** Why a manifest cannot be written, in words that name no temporary file. */
async function unwritable(target: string, { code = "unknown error" }: NodeJS.ErrnoException) {
  const directory = dirname(target);
  if (!(await isDirectory(directory)))
    return new UsageError(
      `expected a directory to write ${basename(target)} in, found none at ${directory}`,
      "make it, or name another with -o",
    );
  return new UsageError(
    `${target} cannot be written (${code})`,
    "see to its directory's permissions and free space, or name another with -o",
  );
}

function tell(what: string, target: string, more: string, lines: readonly string[] = []): void {
  const colors = colorsFor(process.stdout);
  const below = lines.map((line) => `  ${line}\n`).join("");
  process.stdout.write(`${colors.green(what)} ${printable(target)}: ${more}\n${below}`);
}

/** Above a task's `depends`: one line for each dependency, and a word where nothing was found. */
function remarksOf({ plan, derivation, evidence }: Work): (id: string) => string[] {
  const bare = new Set(derivation.unexplained.map((at) => plan.tasks[at]?.id));
  const needs = new Map<string, Map<string, string>>();
  for (const { from, to, kind, detail } of evidence) {
    const lines = needs.get(to) ?? new Map<string, string>();
    if (!lines.has(from)) lines.set(from, `${from}: ${detail} [${kind}]`);
    needs.set(to, lines);
  }
  return (id) => [...(bare.has(id) ? [unexplainedRemark] : []), ...(needs.get(id)?.values() ?? [])];
}

const removedWords = ({ removed }: Pick<Update, "removed">): string =>
  removed.size === 0 ? "" : printable(`; without ${[...removed].join(", ")}, which you removed`);

const summary = ({ manifest, plan, leftOut }: Work): string =>
  `${count(plan.tasks.length - leftOut.length, "task")} in ${count(manifest.stages.length, "stage")}, ${manifest.mode as Manifest["mode"]}`;

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;

function printJson(
  { manifest, evidence }: Work,
  problems: readonly Problem[],
  drift?: readonly Drift[],
): void {
  const report = { manifest, evidence, problems: problems.map(problemJson), ...(drift ? { drift } : {}) };
  process.stdout.write(jsonText(report));
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );

/** A link that leads nowhere takes a name, too. */
const isTaken = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
