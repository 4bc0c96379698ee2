import { colorsFor } from "../../terminal/colors.ts";
import { jsonText } from "../../text/printable.ts";
import { command, flag } from "../command.ts";
import { jsonFlag, recordFlags } from "../options.ts";

export const status = command("status", {
  summary: "show the status of a run",
  description: "Show the status of a run, live or ended, and of each of its tasks.",
  arguments: [["[run]", "name of a run, as `interserve runs` lists them (default: the latest)"]],
  flags: {
    ...recordFlags,
    watch: flag("--watch", "follow the run until it ends, with the display of `interserve run`"),
    json: jsonFlag("print this information as JSON; with --watch, all events since its start, one per line"),
  },
  examples: [
    "interserve status",
    "interserve status 20260214-093012-4f1c --json",
    "interserve status --watch",
  ],
  exitStatus:
    "0. With --watch, that of the run; 1 if the run was killed; 130 after Ctrl-C, which does not affect the run.",
  action: async (name, flags) => {
    const { findRun, readRun } = await import("../../journal/past-run.ts");
    const { recordOf } = await import("../session/record.ts");
    const run = await findRun(await recordOf(flags), name);
    if (flags.watch) {
      const { watchRun } = await import("../session/watched-run.ts");
      return watchRun(run, flags.json ?? false);
    }
    const { runStatus } = await import("../../report/status.ts");
    const { statusText } = await import("../../terminal/status-text.ts");
    const facts = runStatus(await readRun(run));
    process.stdout.write(flags.json ? jsonText(facts) : statusText(facts, colorsFor(process.stdout)));
    return 0;
  },
});
