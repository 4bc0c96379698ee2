import { basename, resolve } from "node:path";
import { tiers } from "../../../schemas/manifest.ts";
import type { Problem } from "../../problem.ts";
import type { Drift, Update } from "../../sync/drift.ts";
import type { DerivedPlan, ManifestUpdate } from "../../sync/manifest-file.ts";
import { colorsFor } from "../../terminal/colors.ts";
import { counted } from "../../text/measures.ts";
import { jsonText, printable } from "../../text/printable.ts";
import { choiceFlag, command, flag, textFlag } from "../command.ts";
import { printProblems } from "../exit-status.ts";
import { jsonFlag, mode } from "../options.ts";

export const plan = command("plan", {
  summary: "write or update the manifest of a plan",
  description:
    "Derive a manifest from a plan: tasks, files, stages, and dependencies with the evidence for each. Reads markdown plans with a heading for each task, spec-kit and Kiro tasks.md, GSD NN-MM-PLAN.md and Task Master tasks.json.",
  arguments: [["<plan>", "a plan (plan.md or tasks.json)"]],
  flags: {
    output: textFlag("-o, --output <file>", "manifest to write (default: plan.exec.yaml next to the plan)"),
    mode,
    tier: choiceFlag("--tier <tier>", "tier of every task", tiers),
    force: flag("--force", "overwrite an existing manifest"),
    update: flag(
      "--update",
      "apply what changed in the plan and keep your own edits; with --force, its titles and files replace yours",
    ).conflicts(["mode", "tier"]),
    check: flag(
      "--check",
      "write nothing; list what --update would change or leave to you, and exit with 1 if there is anything",
    ).conflicts(["force", "update"]),
    json: jsonFlag(
      "print {manifest, evidence, problems} as JSON, plus {drift} with --check or --update; write a file only with -o, --force or --update",
    ),
  },
  examples: [
    "interserve plan docs/plan.md",
    "interserve plan docs/plan.md --update",
    "interserve plan docs/plan.md --check",
  ],
  exitStatus:
    "0 if the manifest was written, or plan and manifest agree; 1 if they differ; 2 for a usage error or a plan that cannot be read.",
  action: async (path, flags) => {
    const { compareManifest, derivePlan, writeManifest } = await import("../../sync/manifest-file.ts");
    const derived = await derivePlan(resolve(path), flags);
    const target = resolve(flags.output ?? path.replace(/(\.(md|markdown|json))?$/i, ".exec.yaml"));
    if (flags.check) {
      const { update, drift } = await compareManifest(derived, target);
      if (flags.json) await printJson(derived, [...derived.problems, ...drift], update.drifts);
      else if (drift.length > 0) await printProblems(drift);
      else process.stdout.write(agreementText(derived, target, update));
      return drift.length > 0 ? 1 : 0;
    }
    const isWritten = !flags.json || flags.output || flags.force || flags.update;
    const updated = isWritten ? await writeManifest(derived, target, flags) : undefined;
    const unsettled = (updated?.unsettled ?? []).map((one): Problem => ({ ...one, severity: "warning" }));
    const problems = [...derived.problems, ...unsettled];
    if (flags.json) {
      await printJson(derived, problems, updated?.update.drifts);
      return 0;
    }
    process.stdout.write(writtenText(derived, target, updated));
    await printProblems(problems);
    return 0;
  },
});

function writtenText(derived: DerivedPlan, target: string, updated: ManifestUpdate | undefined): string {
  const { green } = colorsFor(process.stdout);
  const file = printable(target);
  if (!updated) return `${green("wrote")} ${file}: ${contents(derived)}\n`;
  const { changes, isWritten, update } = updated;
  if (changes.length === 0) {
    const news = isWritten ? "only its record of derived values was updated" : "nothing new in the plan";
    return `${green("up to date")} ${file}: ${news}${withoutRemoved(update)}\n`;
  }
  const lines = changes.map((line) => `  ${line}\n`).join("");
  return `${green("updated")} ${file}: ${counted(changes.length, "change")}${withoutRemoved(update)}\n${lines}`;
}

function agreementText({ plan, leftOut }: DerivedPlan, target: string, update: Update): string {
  const tasks = counted(plan.tasks.length - leftOut.length - update.removed.size, "task");
  return `${printable(basename(target))} agrees with the plan: ${tasks}${withoutRemoved(update)}\n`;
}

const withoutRemoved = ({ removed }: Update): string =>
  removed.size === 0 ? "" : printable(`; without ${[...removed].join(", ")}, which you removed`);

function contents({ manifest, plan, leftOut }: DerivedPlan): string {
  const tasks = counted(plan.tasks.length - leftOut.length, "task");
  return `${tasks} in ${counted(manifest.stages.length, "stage")}, ${manifest.mode}`;
}

async function printJson(
  { manifest, evidence }: DerivedPlan,
  problems: readonly Problem[],
  drift?: readonly Drift[],
): Promise<void> {
  const { problemJson } = await import("../../terminal/problems.ts");
  const report = { manifest, evidence, problems: problems.map(problemJson), ...(drift ? { drift } : {}) };
  process.stdout.write(jsonText(report));
}
