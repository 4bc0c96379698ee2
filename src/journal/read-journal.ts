import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { journalVersion, type RunEvent, runEventSchema } from "../../schemas/event.ts";
import type { Problem } from "../problem.ts";

/** What a journal holds. */
export interface JournalContents {
  readonly events: readonly RunEvent[];
  /** Bytes of the whole lines: what may follow is the beginning of a line that was never finished. */
  readonly length: number;
  /** A warning on a torn last line, or an error on any other damage, with its line. */
  readonly problems: readonly Problem[];
}

/**
 * Reads a journal, also one that is being written. A last line without its end was torn by a crash and is dropped;
 * any other line that is not an event of a known version is damage. Throws the error of the file system.
 */
export async function readJournal(path: string): Promise<JournalContents> {
  const bytes = await readFile(path);
  const length = bytes.lastIndexOf(10) + 1;
  const events: RunEvent[] = [];
  const problems: Problem[] = [];
  const lines = bytes.toString("utf8", 0, length).split("\n").slice(0, -1);
  for (const [at, line] of lines.entries()) {
    const read = parseLine(line);
    if (typeof read === "string") return { events, length, problems: [damage(path, at + 1, line, read)] };
    events.push(read);
  }
  if (length < bytes.length) problems.push(torn(path, lines.length + 1));
  return { events, length, problems };
}

/** Whether a journal has its first line: without one its run ended before anything began. */
export async function hasBegun(path: string): Promise<boolean> {
  const stream = createReadStream(path);
  try {
    for await (const chunk of stream) if ((chunk as Buffer).includes(10)) return true;
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** The event of a line, or what is wrong with it. */
function parseLine(line: string): RunEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "expected a JSON object, found something else";
  }
  const version = (value as { v?: unknown } | null)?.v;
  if (version !== journalVersion) {
    return `expected an event of version ${journalVersion}, found ${JSON.stringify(version) ?? "no version"}`;
  }
  const parsed = v.safeParse(runEventSchema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const path = issue.path?.map(({ key }) => String(key)).join(".");
  return `expected ${issue.expected} at ${path ?? "the top"}, found ${issue.received}`;
}

const damage = (file: string, line: number, source: string, message: string): Problem => ({
  code: "journal-damaged",
  severity: "error",
  message,
  place: { file, line, column: 1, source: source.slice(0, 500), length: Math.min(source.length, 500) },
  hint: "start a new run; what this one left is still in its tasks folder",
});

const torn = (file: string, line: number): Problem => ({
  code: "journal-torn",
  severity: "warning",
  message: "the last line was never finished; it is dropped",
  place: { file, line, column: 1 },
});
