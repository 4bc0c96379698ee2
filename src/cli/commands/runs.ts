import { resolve } from "node:path";
import type { RunStatus } from "../../../schemas/run-status.ts";
import { readRun } from "../../journal/past-run.ts";
import { hasBegun } from "../../journal/read-journal.ts";
import { listRuns } from "../../journal/run-directory.ts";
import { runStatus } from "../../report/status.ts";
import { colorsFor } from "../../terminal/colors.ts";
import { runsText } from "../../terminal/status-text.ts";
import { jsonText } from "../../text/printable.ts";
import { say } from "../exit-status.ts";

export interface RunsFlags {
  readonly projectDir?: string;
  readonly json?: boolean;
}

/** `interserve runs`: what ran here, oldest first in JSON and latest first for people. */
export async function runs(flags: RunsFlags): Promise<number> {
  const projectDir = resolve(flags.projectDir ?? ".");
  const all: RunStatus[] = [];
  let damaged = false;
  for (const run of await listRuns(projectDir)) {
    if (!(await hasBegun(run.journal))) continue;
    try {
      all.push(runStatus(await readRun(run)));
    } catch (error) {
      // One that cannot be read must not hide the others.
      damaged = true;
      await say(error);
    }
  }
  const facts = all.map(({ tasks, ...run }) => ({ ...run, tasks: tasks.length }));
  process.stdout.write(flags.json ? jsonText(facts) : runsText(all, colorsFor(process.stdout)));
  return damaged ? 1 : 0;
}
