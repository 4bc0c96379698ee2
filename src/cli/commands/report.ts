import { resolve } from "node:path";
import type { ReportFormat } from "../../../schemas/run-report.ts";
import { openRun } from "../../journal/past-run.ts";
import { formatOf, reportText } from "../../report/formats.ts";
import { runReport } from "../../report/gather.ts";
import { checkReportFile, writeReport } from "../../report/write.ts";
import { jsonText, printable } from "../../text/printable.ts";

export interface ReportFlags {
  readonly format?: ReportFormat;
  readonly output?: string;
  readonly projectDir?: string;
  readonly json?: boolean;
}

/** `interserve report`: what a run came to, or how it stands, for others to read; the latest by default. */
export async function report(name: string | undefined, flags: ReportFlags): Promise<number> {
  const projectDir = resolve(flags.projectDir ?? ".");
  const { output } = flags;
  const format = flags.format ?? (output === undefined ? "markdown" : formatOf(output));
  if (output !== undefined) await checkReportFile(output);
  const facts = await runReport(await openRun(projectDir, name));
  if (flags.json) process.stdout.write(jsonText(facts));
  else if (output === undefined) process.stdout.write(await reportText(facts, format));
  else {
    await writeReport(facts, output, format);
    process.stdout.write(`wrote ${printable(output)}\n`);
  }
  return 0;
}
