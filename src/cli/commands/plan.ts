import { basename, resolve } from "node:path";
import type { Manifest, Mode, Tier } from "../../../schemas/manifest.ts";
import { type Problem, ProblemsError } from "../../problem.ts";
import type { Drift, Update } from "../../sync/drift.ts";
import { compareManifest, type DerivedPlan, derivePlan, writeManifest } from "../../sync/manifest-file.ts";
import { colorsFor } from "../../terminal/colors.ts";
import { problemJson } from "../../terminal/problems.ts";
import { counted } from "../../text/measures.ts";
import { jsonText, printable } from "../../text/printable.ts";
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

/**
 * `interserve plan`: writes the manifest of a plan, with evidence, or brings one up to date. Exit status 0; with
 * `--check` 1 where plan and manifest have drifted. `--json` alone writes no file.
 */
export async function plan(path: string, flags: PlanFlags): Promise<number> {
  const work = await derivePlan(resolve(path), flags);
  const target = resolve(flags.output ?? path.replace(/(\.(md|markdown|json))?$/i, ".exec.yaml"));
  if (flags.check) return check(work, target, flags);
  const isWritten = !flags.json || flags.output || flags.force || flags.update;
  const updated = isWritten ? await writeManifest(work, target, flags) : undefined;
  const unsettled = (updated?.unsettled ?? []).map((one): Problem => ({ ...one, severity: "warning" }));
  const problems = [...work.problems, ...unsettled];
  if (flags.json) {
    printJson(work, problems, updated?.update.drifts);
    return 0;
  }
  if (!updated) tell("wrote", target, summary(work));
  else if (updated.changes.length === 0)
    tell("nothing to do", target, `the plan has brought nothing new${removedWords(updated.update)}`);
  else {
    const more = `${counted(updated.changes.length, "change")}${removedWords(updated.update)}`;
    tell("updated", target, more, updated.changes);
  }
  if (problems.length > 0) await say(new ProblemsError(problems));
  return 0;
}

async function check(work: DerivedPlan, target: string, flags: PlanFlags): Promise<number> {
  const { update, drift } = await compareManifest(work, target);
  if (flags.json) printJson(work, [...work.problems, ...drift], update.drifts);
  else if (drift.length > 0) await say(new ProblemsError(drift));
  else
    process.stdout.write(
      `${printable(basename(target))} has the plan's ${counted(work.plan.tasks.length - work.leftOut.length - update.removed.size, "task")}${removedWords(update)}\n`,
    );
  return drift.length > 0 ? 1 : 0;
}

function tell(what: string, target: string, more: string, lines: readonly string[] = []): void {
  const colors = colorsFor(process.stdout);
  const below = lines.map((line) => `  ${line}\n`).join("");
  process.stdout.write(`${colors.green(what)} ${printable(target)}: ${more}\n${below}`);
}

const removedWords = ({ removed }: Pick<Update, "removed">): string =>
  removed.size === 0 ? "" : printable(`; without ${[...removed].join(", ")}, which you removed`);

const summary = ({ manifest, plan, leftOut }: DerivedPlan): string =>
  `${counted(plan.tasks.length - leftOut.length, "task")} in ${counted(manifest.stages.length, "stage")}, ${manifest.mode as Manifest["mode"]}`;

function printJson(
  { manifest, evidence }: DerivedPlan,
  problems: readonly Problem[],
  drift?: readonly Drift[],
): void {
  const report = { manifest, evidence, problems: problems.map(problemJson), ...(drift ? { drift } : {}) };
  process.stdout.write(jsonText(report));
}
