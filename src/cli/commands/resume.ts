import { command, flag } from "../command.ts";
import { beside, detach, json, pageFlags, plan, recordFlags, report, runFlags } from "../options.ts";

export const resume = command("resume", {
  summary: "continue a run that failed or was killed",
  description:
    "Continue a run. Passed tasks are kept, unless they or tasks that they depend on have changed since. Lists the tasks that run again, and why, before it starts.",
  arguments: [["[run]", "name of a run, as `interserve runs` lists them (default: the latest)"]],
  flags: {
    plan,
    ...runFlags,
    ...recordFlags,
    beside,
    ...pageFlags,
    dryRun: flag("--dry-run", "show what would run again and why, without starting or writing anything"),
    report,
    detach,
    json,
  },
  examples: ["interserve resume", "interserve resume 20260214-093012-4f1c --max-parallel 2"],
  exitStatus: "as for `interserve run`.",
  action: async (name, { detach, ...flags }) => {
    if (detach) return (await import("../session/detached-run.ts")).runDetached(flags.json ?? false);
    const { resumeByName } = await import("../session/resumed-run.ts");
    return resumeByName(name, flags);
  },
});
