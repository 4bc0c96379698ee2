import { access } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { runSpec } from "../../machines/schedule.ts";
import type { Manifest, Mode, Tier } from "../../schemas/manifest.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import { say } from "../cli/failures.ts";
import { colorsFor } from "../cli/terminal.ts";
import { type Derivation, derive } from "../derive/derive.ts";
import { type DerivedManifest, derivedManifest, type Evidence } from "../derive/derived-manifest.ts";
import { driftBetween } from "../manifest/drift.ts";
import { loadManifest, manifestIn } from "../manifest/load.ts";
import { manifestText, updatedText } from "../manifest/write.ts";
import { conflictsOf } from "../overview.ts";
import { readPlan } from "../plan/read-plan.ts";
import { jsonText, printable, quoted } from "../printable.ts";
import { isError, type Problem, ProblemsError, UsageError } from "../problem.ts";
import { problemJson } from "../report/problems.ts";
import { parseYaml, readText } from "../yaml-file.ts";

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
  readonly evidence: readonly Evidence[];
  readonly leftOut: readonly PlanTask[];
  readonly problems: readonly Problem[];
}

/**
 * `interserve plan`: writes the manifest of a plan, with evidence. Exit status 0; with `--check` 1 where plan and
 * manifest have drifted. `--json` alone writes no file.
 */
export async function plan(path: string, flags: PlanFlags): Promise<number> {
  const work = await workOn(resolve(path), flags);
  const target = resolve(flags.output ?? path.replace(/(\.(md|markdown|json))?$/i, ".exec.yaml"));
  if (flags.check) return check(work, target, flags);
  if (!flags.json || flags.output || flags.force || flags.update) await write(work, target, flags);
  if (flags.json) printJson(work, work.problems);
  else if (work.problems.length > 0) await say(new ProblemsError(work.problems));
  return 0;
}

async function workOn(path: string, flags: PlanFlags): Promise<Work> {
  const { plan, problems } = await readPlan(path);
  if (!plan || problems.some(isError)) throw new ProblemsError(problems);
  const derivation = derive(plan);
  const { manifest, evidence, leftOut } = derivedManifest(plan, derivation, flags);
  const found = [
    ...problems,
    ...leftOut.map((task) => forPerson(task, plan)),
    ...unexplained(plan, derivation).filter(({ place }) => !leftOut.some(({ line }) => line === place?.line)),
    ...(await conflicts(plan, manifest)),
  ];
  return { plan, derivation, manifest, evidence, leftOut, problems: found };
}

const forPerson = ({ id, title, asksFirst = "", line }: PlanTask, { file }: Plan): Problem => ({
  code: "asks-first",
  severity: "warning",
  message: `task ${quoted(id)} (${title}) is left out of the manifest, for it says ${quoted(asksFirst)}`,
  place: { file, line, column: 1 },
  hint: "do it yourself once the others are done, or add it to the manifest: its agent can ask you and park",
});

const unexplained = (plan: Plan, { unexplained }: Derivation): Problem[] =>
  unexplained.flatMap((at): Problem[] => {
    const task = plan.tasks[at];
    if (!task) return [];
    return [
      {
        code: "no-evidence",
        severity: "warning",
        message: `nothing in the plan tells what task ${quoted(task.id)} (${task.title}) waits for`,
        place: { file: plan.file, line: task.line, column: 1 },
        hint: "write `**Depends on:** Task N` or `**Depends on:** none` into it",
      },
    ];
  });

/** Tasks that write one file, and of which neither waits for the other: a run keeps them apart, in no said order. */
async function conflicts(plan: Plan, derived: DerivedManifest): Promise<Problem[]> {
  const text = manifestText(derived, "", () => []);
  const { manifest } = await manifestIn(parseYaml(plan.file, text));
  if (!manifest) return [];
  const spec = runSpec(manifest, modeConfigs[manifest.mode]);
  const lines = new Map(plan.tasks.map(({ id, line }) => [id, line]));
  return conflictsOf(spec, spec.order).map(({ file, tasks }): Problem => {
    const ids = tasks.map((task) => spec.graph.tasks[task]?.id ?? "");
    return {
      code: "file-conflict",
      severity: "warning",
      message: `${ids.map(quoted).join(" and ")} write ${quoted(file)}, and nothing tells which comes first`,
      place: { file: plan.file, line: lines.get(ids[0] ?? "") ?? 1, column: 1 },
      hint: "they never run at the same time; where the order matters, write `**Depends on:**` into the later one",
    };
  });
}

async function check(work: Work, target: string, flags: PlanFlags): Promise<number> {
  const { manifest, file, problems } = await loadManifest(target);
  if (!manifest || !file) throw new ProblemsError(problems);
  const drift = driftBetween(work.plan, manifest, file);
  if (flags.json) printJson(work, [...work.problems, ...drift]);
  else if (drift.length > 0) await say(new ProblemsError(drift));
  else
    process.stdout.write(
      `${printable(basename(target))} has the plan's ${count(work.plan.tasks.length - work.leftOut.length, "task")}\n`,
    );
  return drift.length > 0 ? 1 : 0;
}

async function write(work: Work, target: string, flags: PlanFlags): Promise<void> {
  if (!/\.ya?ml$/i.test(extname(target))) {
    throw new UsageError(
      `a manifest's name ends in .yaml; ${target} does not`,
      "name it like plan.exec.yaml",
    );
  }
  const isThere = await exists(target);
  if (isThere && !flags.force && !flags.update) {
    throw new UsageError(
      `${target} is there already, and is not overwritten`,
      "--update adds the plan's new tasks and keeps your edits; --force writes it anew; --check compares",
    );
  }
  const { text, told } =
    isThere && flags.update && !flags.force
      ? await updated(work, target)
      : { text: fresh(work), told: summary(work) };
  const { manifest, problems } = await manifestIn(parseYaml(target, text));
  if (!manifest) throw new ProblemsError(problems);
  await writeFileAtomic(target, text);
  if (!flags.json) {
    const colors = colorsFor(process.stdout);
    process.stdout.write(`${colors.green("wrote")} ${printable(target)}: ${told}\n`);
  }
}

const fresh = (work: Work): string =>
  manifestText(
    work.manifest,
    basename(work.plan.file),
    remarksOf(work),
    work.leftOut.map(({ id, title, asksFirst }) => `Left out: ${id} (${title}), for it says "${asksFirst}"`),
  );

async function updated(work: Work, target: string): Promise<{ text: string; told: string }> {
  // What is wrong with the file is said with its place, before anything is added to it.
  const { problems } = await loadManifest(target);
  const { text, problem } = await readText(target, 5 * 1024 * 1024);
  if (text === undefined || problems.some(isError)) throw new ProblemsError(problem ? [problem] : problems);
  const { text: next, added } = updatedText(text, work.manifest, remarksOf(work));
  return { text: next, told: added.length > 0 ? `added ${added.join(", ")}` : "nothing to add" };
}

/** Above a task's `depends`: one line for each dependency, and a word where nothing was found. */
function remarksOf({ plan, derivation, evidence }: Work): (id: string) => string[] {
  const bare = new Set(derivation.unexplained.map((at) => plan.tasks[at]?.id));
  return (id) => {
    const needs = new Map<string, Evidence>();
    for (const one of evidence) if (one.to === id && !needs.has(one.from)) needs.set(one.from, one);
    const lines = [...needs.values()].map(({ from, kind, detail }) => `${from}: ${detail} [${kind}]`);
    return bare.has(id) ? ["LOOK: nothing in the plan tells what this task waits for", ...lines] : lines;
  };
}

const summary = ({ manifest, plan, leftOut }: Work): string =>
  `${count(plan.tasks.length - leftOut.length, "task")} in ${count(manifest.stages.length, "stage")}, ${manifest.mode as Manifest["mode"]}`;

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;

function printJson({ manifest, evidence }: Work, problems: readonly Problem[]): void {
  const report = { manifest, evidence, problems: problems.map(problemJson) };
  process.stdout.write(jsonText(report));
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
