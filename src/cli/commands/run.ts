import { UsageError } from "../../problem.ts";
import { colorsFor } from "../../terminal/colors.ts";
import { jsonText } from "../../text/printable.ts";
import { command, flag, textFlag } from "../command.ts";
import { printProblems, printWarning } from "../exit-status.ts";
import { beside, detach, json, pageFlags, plan, report, runFlags } from "../options.ts";

export const run = command("run", {
  summary: "run a manifest or a plan",
  description:
    "Run the tasks of a manifest or of a plan. A plan runs with the manifest next to it, or in mode all-parallel if there is none.",
  arguments: [["[manifest|plan]", "a manifest (plan.exec.yaml) or a plan (plan.md)"]],
  flags: {
    plan,
    ...runFlags,
    beside,
    ...pageFlags,
    resume: textFlag("--resume <run>", "continue an earlier run, as `interserve resume` does"),
    dryRun: flag("--dry-run", "show what would run, without starting or writing anything"),
    report,
    detach,
    json,
  },
  examples: [
    "interserve run docs/plan.exec.yaml",
    "interserve run docs/plan.md --engine codex --max-parallel 3",
    "interserve run docs/plan.exec.yaml --mode manual-batching --step",
    "interserve run docs/plan.exec.yaml --report report.html --report junit.xml",
    "interserve run docs/plan.exec.yaml --dry-run",
    "interserve run docs/plan.exec.yaml --detach",
  ],
  exitStatus:
    "0 if every task passed, with or without warnings; 1 if a task failed, was skipped or is parked; 2 for a usage error or an invalid manifest (nothing was started); 130 after SIGINT, 143 after SIGTERM. With --detach: 0 once the run has begun.",
  action: async (path, flags) => {
    const { resume, detach, ...rest } = flags;
    if (detach) return (await import("../session/detached-run.ts")).runDetached(flags.json ?? false);
    if (resume !== undefined) {
      const { resumeByName } = await import("../session/resumed-run.ts");
      return resumeByName(resume, path === undefined ? rest : { ...rest, manifest: path });
    }
    if (path === undefined)
      throw new UsageError("expected a manifest or a plan", "see `interserve help run`");
    const { belowRoot } = await import("../../job/below-root.ts");
    const { refuseDrift } = await import("../../job/drift.ts");
    const { checkEngines } = await import("../../job/engine-checks.ts");
    const { prepare } = await import("../../job/prepare.ts");
    const { checkReportFiles } = await import("../../report/write.ts");
    await checkReportFiles(flags.report ?? []);
    const { dryRun, json, report, beside, inspect, xstateInspect, port, open, ...options } = rest;
    const { job, problems } = await prepare(path, options);
    if (!dryRun) refuseDrift(problems, job.options);
    await printProblems(problems);
    const note = flags.projectDir === undefined ? await belowRoot(job.projectDir) : undefined;
    if (note !== undefined) printWarning(note);
    if (dryRun) {
      const { overview, relaxing } = await import("../../job/overview.ts");
      const { overviewText } = await import("../../terminal/overview-text.ts");
      const facts = overview(job);
      const text = overviewText(facts, relaxing(job), colorsFor(process.stdout));
      process.stdout.write(json ? jsonText(facts) : text);
      return 0;
    }
    await checkEngines(job);
    const { startRun } = await import("../../run/start.ts");
    const { runWithPages } = await import("../session/with-pages.ts");
    return runWithPages((how) => startRun(job, { ...how, beside }), rest);
  },
});
