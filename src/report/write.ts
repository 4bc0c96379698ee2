import { access, constants, mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { ReportFormat, RunReport } from "../../schemas/run-report.ts";
import { UsageError } from "../problem.ts";
import { formatOf, reportText } from "./formats.ts";

/** Throws UsageError if a report clearly cannot be written to a file. */
export async function checkReportFile(file: string): Promise<void> {
  const path = resolve(file);
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    throw new UsageError(`expected a file for a report, found the directory ${path}`, "name a file in it");
  }
  const parent = await nearestExisting(dirname(path));
  const isWritable = await access(parent.path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (parent.isDirectory && isWritable) return;
  const why = parent.isDirectory ? "is not writable" : "is not a directory";
  throw new UsageError(
    `cannot write the report ${path}: ${parent.path} ${why}`,
    "name a file in another directory",
  );
}

/** Throws UsageError if one of several reports has an unknown format, or clearly cannot be written. */
export async function checkReportFiles(files: readonly string[]): Promise<void> {
  for (const file of files) {
    formatOf(file);
    await checkReportFile(file);
  }
}

/** The path itself if it exists, or the nearest parent that does. */
async function nearestExisting(path: string): Promise<{ path: string; isDirectory: boolean }> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts && path !== dirname(path)) return nearestExisting(dirname(path));
  return { path, isDirectory: facts?.isDirectory() ?? false };
}

/** Writes a report as a whole or not at all, and makes its directories. Throws the error of the file system. */
export async function writeReport(run: RunReport, file: string, format: ReportFormat): Promise<void> {
  const text = await reportText(run, format);
  await mkdir(dirname(resolve(file)), { recursive: true });
  await writeFileAtomic(resolve(file), text);
}
