import { resolve } from "node:path";
import { findRun, readRun } from "../../journal/past-run.ts";
import { runStatus } from "../../report/status.ts";
import { colorsFor } from "../../terminal/colors.ts";
import { statusText } from "../../terminal/status-text.ts";
import { jsonText } from "../../text/printable.ts";

export interface StatusFlags {
  readonly projectDir?: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

/** `interserve status`: where one run stands, task by task; the latest by default. With `watch`, until it is over. */
export async function status(name: string | undefined, flags: StatusFlags): Promise<number> {
  const projectDir = resolve(flags.projectDir ?? ".");
  const run = await findRun(projectDir, name);
  if (flags.watch) {
    const { watchRun } = await import("../session/watched-run.ts");
    return watchRun(run, flags.json ?? false);
  }
  const facts = runStatus(await readRun(run));
  process.stdout.write(flags.json ? jsonText(facts) : statusText(facts, colorsFor(process.stdout)));
  return 0;
}
