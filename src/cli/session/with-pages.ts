import { runPaths } from "../../journal/run-directory.ts";
import type { RunHandle } from "../../run/handle.ts";
import { printError } from "../exit-status.ts";
import { type Aside, type RunFlags, runToEnd, type StartRun } from "./attended-run.ts";

/** How a run is shown, with the pages that show it. */
export interface PageFlags extends RunFlags {
  readonly inspect?: boolean;
  readonly xstateInspect?: boolean;
  readonly port?: number;
  readonly open?: boolean;
}

/** Starts a run and shows it to its end, in the terminal and on the pages that were asked for. */
export async function runWithPages(
  start: StartRun,
  { inspect, xstateInspect, port, open, ...flags }: PageFlags,
): Promise<number> {
  if (!inspect && !xstateInspect) return runToEnd(start, flags);
  // Loaded only if needed, because of the web server.
  const pages = await import("./pages.ts");
  let run: RunHandle | undefined;
  const machines = xstateInspect ? await pages.serveMachines(() => run) : undefined;
  const startInspected: StartRun = async (options) => {
    run = await start(machines ? { ...options, inspect: machines.inspect } : options);
    return run;
  };
  /** A page that cannot be served does not affect the run. */
  const showPage = async ({ directory }: RunHandle, aside: Aside) => {
    try {
      const page = await pages.serveRunPage(runPaths(directory), port);
      aside(() => process.stderr.write(`inspect: ${page.url}\n`));
      if (open) await pages.openPage(page.url);
      return page.close;
    } catch (error) {
      await printError(error);
      return undefined;
    }
  };
  try {
    return await runToEnd(startInspected, flags, inspect ? showPage : undefined);
  } finally {
    await machines?.close();
  }
}
