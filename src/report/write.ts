import { access, appendFile, constants, mkdir, stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { ReportFormat, RunReport } from "../../schemas/run-report.ts";
import { readRun } from "../journal/past-run.ts";
import type { RunPaths } from "../journal/run-directory.ts";
import { UsageError } from "../problem.ts";
import { printable } from "../text/printable.ts";
import { annotations } from "./annotations.ts";
import { runReport } from "./gather.ts";
import { junitReport } from "./junit.ts";
import { markdownReport } from "./markdown.ts";

interface Format {
  /** That of the files whose names say that they are of this format. */
  readonly extension?: string;
  readonly text: (facts: RunReport) => Promise<string> | string;
}

/** Every format that a report can have. */
const formats: Readonly<Record<ReportFormat, Format>> = {
  markdown: { extension: ".md", text: markdownReport },
  junit: { extension: ".xml", text: junitReport },
  github: { text: (facts) => annotations(facts, process.env.GITHUB_WORKSPACE || process.cwd()) },
  html: {
    extension: ".html",
    text: async (facts) => (await import("./html.ts")).reportPage(facts),
  },
};

export const reportText = async (facts: RunReport, format: ReportFormat): Promise<string> =>
  formats[format].text(facts);

/** The format that a file's name says. Throws UsageError where it says none. */
export function formatOf(file: string): ReportFormat {
  const names = Object.keys(formats) as ReportFormat[];
  const format = names.find((name) => formats[name].extension === extname(file).toLowerCase());
  if (format) return format;
  const known = names.flatMap((name) => formats[name].extension ?? []).join(", ");
  throw new UsageError(
    `a report's name ends in one of ${known}; ${file} does not`,
    "name it like report.html",
  );
}

/** Throws UsageError for a report that could not be written, as far as that can be told before. */
export async function checkReportFile(file: string): Promise<void> {
  const path = resolve(file);
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    throw new UsageError(`expected a file for a report, found the directory ${path}`, "name a file in it");
  }
  const above = await nearestAbove(path);
  const isWritable = await access(above.path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (above.isDirectory && isWritable) return;
  const why = above.isDirectory ? "is not writable" : "is no directory";
  throw new UsageError(
    `the report ${path} cannot be written: ${above.path} ${why}`,
    "name a file in another directory",
  );
}

/** The same for reports whose names say their format: before a run that they are of begins. */
export async function checkReportFiles(files: readonly string[]): Promise<void> {
  for (const file of files) {
    formatOf(file);
    await checkReportFile(file);
  }
}

/** What is there of the directories that a file is to be in. */
async function nearestAbove(path: string): Promise<{ path: string; isDirectory: boolean }> {
  for (let at = dirname(path); ; at = dirname(at)) {
    const facts = await stat(at).catch(() => undefined);
    if (facts || at === dirname(at)) return { path: at, isDirectory: facts?.isDirectory() ?? false };
  }
}

/** Writes a report whole or not at all, with the directories that it is to be in. Throws the system's error. */
export async function writeReport(facts: RunReport, file: string, format: ReportFormat): Promise<void> {
  const text = await reportText(facts, format);
  await mkdir(dirname(resolve(file)), { recursive: true });
  await writeFileAtomic(resolve(file), text);
}

/** A step's summary holds 1 MiB; of more GitHub shows nothing. */
const mostOfSummary = 1024 * 1024;

/**
 * What there is to do at the end of a run: writes the reports that were asked for and, in GitHub Actions, annotations
 * (to standard error, so that standard output stays what it is) and the step's summary. What goes wrong is said and
 * never thrown; gives whether all that was asked for was written.
 */
export async function reportEnd(run: RunPaths, files: readonly string[]): Promise<boolean> {
  const isActions = process.env.GITHUB_ACTIONS === "true";
  let isWhole = true;
  const attempt = async (what: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      process.stderr.write(
        `error: ${printable(`${what} could not be written: ${(error as Error).message}`)}\n`,
      );
      return false;
    }
  };
  let facts: RunReport | undefined;
  const read = async () => {
    facts ??= await runReport(await readRun(run));
    return facts;
  };
  for (const file of files) {
    const write = async () => {
      await writeReport(await read(), file, formatOf(file));
      process.stderr.write(`wrote ${printable(file)}\n`);
    };
    isWhole = (await attempt(`the report ${file}`, write)) && isWhole;
  }
  if (!isActions) return isWhole;
  // Nobody asked for these: without them the run is what it is.
  await attempt("annotations", async () => {
    process.stderr.write(await reportText(await read(), "github"));
  });
  const { GITHUB_STEP_SUMMARY: summary } = process.env;
  if (summary) await attempt("the step's summary", async () => appendSummary(summary, await read()));
  return isWhole;
}

async function appendSummary(file: string, facts: RunReport): Promise<void> {
  const text = `\n${await reportText(facts, "markdown")}`;
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size + Buffer.byteLength(text) > mostOfSummary) throw new Error("it would be longer than 1 MiB");
  await appendFile(file, text);
}
