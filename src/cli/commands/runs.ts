import type { RunStatus } from "../../../schemas/run-status.ts";
import { colorsFor } from "../../terminal/colors.ts";
import { jsonText } from "../../text/printable.ts";
import { command } from "../command.ts";
import { printError } from "../exit-status.ts";
import { jsonFlag, recordFlags } from "../options.ts";

export const runs = command("runs", {
  summary: "list the runs of a project",
  description: "List the runs of a project, latest first, with their status, duration and counts of tasks.",
  flags: { ...recordFlags, json: jsonFlag("print this information as JSON, oldest first") },
  examples: ["interserve runs"],
  exitStatus: "0, or 1 if the journal of a run is damaged.",
  action: async (flags) => {
    const { readRun } = await import("../../journal/past-run.ts");
    const { hasBegun } = await import("../../journal/read-journal.ts");
    const { listRuns } = await import("../../journal/project-record.ts");
    const { recordOf } = await import("../session/record.ts");
    const { runStatus } = await import("../../report/status.ts");
    const { runsText } = await import("../../terminal/status-text.ts");
    const all: RunStatus[] = [];
    let isDamaged = false;
    for (const run of await listRuns(await recordOf(flags))) {
      if (!(await hasBegun(run.journal))) continue;
      try {
        const past = await readRun(run);
        all.push(runStatus(past));
        isDamaged ||= past.problems.some(({ code }) => code === "journal-damaged");
      } catch (error) {
        // One damaged run must not hide the others.
        isDamaged = true;
        await printError(error);
      }
    }
    const facts = all.map(({ tasks, ...run }) => ({ ...run, tasks: tasks.length }));
    process.stdout.write(flags.json ? jsonText(facts) : runsText(all, colorsFor(process.stdout)));
    return isDamaged ? 1 : 0;
  },
});
