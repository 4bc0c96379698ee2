import { jsonText } from "../../text/printable.ts";
import { command } from "../command.ts";
import { jsonFlag, open, port, recordFlags } from "../options.ts";

export const inspect = command("inspect", {
  summary: "show a run in the browser",
  description:
    "Serve a page that shows a run, live or ended, until interrupted: its graph, timeline, outputs and state machines, step by step.",
  arguments: [["[run]", "name of a run (default: the latest)"]],
  flags: {
    ...recordFlags,
    port,
    open,
    json: jsonFlag("print {run, url, pid} as JSON on one line once the page is served"),
  },
  examples: ["interserve inspect", "interserve inspect 20250102-030405-a1b2 --no-open --port 4711"],
  action: async (name, flags) => {
    const { findRun } = await import("../../journal/past-run.ts");
    const { openPage, serveRunPage } = await import("../session/pages.ts");
    const { recordOf } = await import("../session/record.ts");
    const { nextSignal } = await import("../session/signals.ts");
    const paths = await findRun(await recordOf(flags), name);
    const page = await serveRunPage(paths, flags.port);
    const [{ run }, { url }] = [paths, page];
    process.stdout.write(flags.json ? jsonText({ run, url, pid: process.pid }, 0) : `${run}: ${url}\n`);
    if (flags.open) await openPage(url);
    await nextSignal();
    await page.close();
    return 0;
  },
});
