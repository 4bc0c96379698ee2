import { resolve } from "node:path";
import { colorsFor } from "../cli/terminal.ts";
import { jsonText } from "../printable.ts";
import { statusText } from "../report/status-text.ts";
import { findRun } from "../resume.ts";
import { runStatus } from "../run-status.ts";

export interface StatusFlags {
  readonly projectDir?: string;
  readonly json?: boolean;
}

/** `interserve status`: where one run stands, task by task; the latest by default. */
export async function status(name: string | undefined, flags: StatusFlags): Promise<number> {
  const projectDir = resolve(flags.projectDir ?? ".");
  const facts = await runStatus(projectDir, await findRun(projectDir, name));
  process.stdout.write(flags.json ? jsonText(facts) : statusText(facts, colorsFor(process.stdout)));
  return 0;
}
