import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { journalVersion, type RunEvent, runEventSchema } from "../../schemas/event.ts";
import { error, type Problem, warning } from "../problem.ts";

/** The contents of a journal. */
export interface JournalContents {
  readonly events: readonly RunEvent[];
  /** Bytes of the complete lines; an incomplete last line may follow them. */
  readonly length: number;
  /** A warning about an incomplete last line, or an error about any other damage, with its line. */
  readonly problems: readonly Problem[];
}

/**
 * Reads a journal, even one that is being written. An incomplete last line was torn by a crash and is dropped; any
 * other line that is not an event of a known version is damage. Throws the error of the file system.
 */
export async function readJournal(path: string): Promise<JournalContents> {
  const bytes = await readFile(path);
  const length = bytes.lastIndexOf(10) + 1;
  const events: RunEvent[] = [];
  const problems: Problem[] = [];
  const lines = bytes.toString("utf8", 0, length).split("\n").slice(0, -1);
  for (const [at, line] of lines.entries()) {
    const read = parseLine(line);
    if (typeof read === "string")
      return { events, length, problems: [journalDamage(path, at + 1, read, line)] };
    events.push(read);
  }
  if (length < bytes.length) problems.push(torn(path, lines.length + 1));
  return { events, length, problems };
}

/** Whether a journal has a first line; without one its run ended before anything began. */
export const hasBegun = async (path: string): Promise<boolean> => (await firstLine(path)) !== undefined;

/** Reads the event that a journal begins with. Resolves with undefined if there is none. */
export async function readStarted(path: string): Promise<RunStarted | undefined> {
  const event = parseLine((await firstLine(path)) ?? "");
  return typeof event !== "string" && event.event === "run.started" ? event : undefined;
}

type RunStarted = Extract<RunEvent, { event: "run.started" }>;

/** The first line of a file, if it is complete. */
async function firstLine(path: string): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      const end = chunk.indexOf(10);
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
      if (end >= 0) return Buffer.concat(chunks).toString("utf8");
    }
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code !== "ENOENT") throw reason;
  }
  return undefined;
}

/** Returns the event of a line, or what is wrong with it. */
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

/** Builds the problem of a journal whose line, from 1, cannot be read or cannot come there. */
export const journalDamage = (file: string, line: number, message: string, source?: string): Problem =>
  error(
    "journal-damaged",
    message,
    {
      file,
      line,
      column: 1,
      ...(source && { source: source.slice(0, 500), length: Math.min(source.length, 500) }),
    },
    { hint: "start a new run; the artifacts of this one are still in its tasks folder" },
  );

const torn = (file: string, line: number): Problem =>
  warning("journal-torn", "the last line is incomplete and was dropped", { file, line, column: 1 });
