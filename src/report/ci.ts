import { appendFile, stat } from "node:fs/promises";
import type { RunReport } from "../../schemas/run-report.ts";
import { readRun } from "../journal/past-run.ts";
import type { RunPaths } from "../journal/run-directory.ts";
import { printable } from "../text/printable.ts";
import { formatOf, reportText } from "./formats.ts";
import { runReport } from "./gather.ts";
import { writeReport } from "./write.ts";

/** The size of a step's summary, in bytes, above which GitHub shows nothing. */
const summaryLimit = 1024 * 1024;

/**
 * Writes the requested reports of a run that has ended and, in GitHub Actions, annotations and the step's summary.
 * Errors are printed to standard error. Resolves to whether every requested report was written.
 */
export async function reportEnd(run: RunPaths, files: readonly string[]): Promise<boolean> {
  let reading: Promise<RunReport> | undefined;
  const read = () => {
    reading ??= readRun(run).then(runReport);
    return reading;
  };
  let areWritten = true;
  for (const file of files) {
    const isWritten = await attempt(`the report ${file}`, async () => {
      await writeReport(await read(), file, formatOf(file));
      process.stderr.write(`wrote ${printable(file)}\n`);
    });
    areWritten &&= isWritten;
  }
  if (process.env.GITHUB_ACTIONS === "true") await reportToActions(read);
  return areWritten;
}

/** Nobody requested these, so their errors do not count. */
async function reportToActions(read: () => Promise<RunReport>): Promise<void> {
  // Commands work on both streams; standard output holds nothing but the run.
  await attempt("annotations", async () => {
    process.stderr.write(await reportText(await read(), "github"));
  });
  const { GITHUB_STEP_SUMMARY: summary } = process.env;
  if (summary) await attempt("the step's summary", async () => appendSummary(summary, await read()));
}

/** Resolves to false, with a message on standard error, if `write` fails. */
async function attempt(what: string, write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    process.stderr.write(`error: ${printable(`cannot write ${what}: ${(error as Error).message}`)}\n`);
    return false;
  }
}

async function appendSummary(file: string, run: RunReport): Promise<void> {
  const text = `\n${await reportText(run, "markdown")}`;
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size + Buffer.byteLength(text) > summaryLimit) throw new Error("it would be larger than 1 MiB");
  await appendFile(file, text);
}
