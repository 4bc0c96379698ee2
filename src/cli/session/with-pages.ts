import { runPaths } from "../../journal/run-directory.ts";
import type { RunHandle, RunOptions } from "../../run/handle.ts";
import { type FollowFlags, follow } from "./attended-run.ts";

/** What of a run is shown beside it. */
export interface ShowFlags extends FollowFlags {
  readonly inspect?: boolean;
  readonly xstateInspect?: boolean;
  readonly port?: number;
  readonly open?: boolean;
}

/** Follows a run to its end, with the pages that were asked for. */
export async function followInspected(
  start: (options: RunOptions) => Promise<RunHandle>,
  { inspect, xstateInspect, port, open, ...flags }: ShowFlags,
): Promise<number> {
  // Loaded where it is asked for: it brings a server along.
  const pages = inspect || xstateInspect ? await import("../commands/inspect.ts") : undefined;
  let run: RunHandle | undefined;
  const machines = xstateInspect ? await pages?.inspectMachines(() => run) : undefined;
  try {
    return await follow(
      async (options) => {
        run = await start(machines ? { ...options, inspect: machines.inspect } : options);
        return run;
      },
      flags,
      inspect && pages
        ? ({ directory }, aside) => pages.servePage(runPaths(directory), { port, open, aside })
        : undefined,
    );
  } finally {
    await machines?.close();
  }
}
