import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import type { RunEvent } from "../../schemas/event.ts";
import { journalLine } from "../history/journal-line.ts";
import { error, type Problem, warning } from "../problem.ts";
import { counted } from "../text/measures.ts";
import { type Damage, type Entry, goodLines } from "./good-lines.ts";

/** The contents of a journal. */
export interface JournalContents {
  /** The events that the run itself wrote, in order. */
  readonly entries: readonly Entry[];
  /** The complete lines, as they are in the file; an incomplete last line may follow them there. */
  readonly bytes: Buffer;
  /** The number of the next line. */
  readonly next: number;
  readonly damage: readonly Damage[];
  /** A warning about an incomplete last line. */
  readonly torn: readonly Problem[];
}

/**
 * Reads a journal, even one that is being written. An incomplete last line was torn by a crash and is dropped; other
 * lines that the run cannot have written are damage. Throws the error of the file system.
 */
export async function readJournal(path: string): Promise<JournalContents> {
  const all = await readFile(path);
  const length = all.lastIndexOf(10) + 1;
  const bytes = all.subarray(0, length);
  const texts = bytes.toString("utf8").split("\n").slice(0, -1);
  const torn = length < all.length ? [tornLine(path, texts.length + 1)] : [];
  return { ...goodLines(texts), bytes, torn };
}

/** Whether a journal has a first line; without one its run ended before anything began. */
export const hasBegun = async (path: string): Promise<boolean> => (await firstLine(path)) !== undefined;

/** Reads the event that a journal begins with. Resolves with undefined if there is none. */
export async function readStarted(path: string): Promise<RunStarted | undefined> {
  const { event } = journalLine((await firstLine(path)) ?? "");
  return event?.event === "run.started" ? event : undefined;
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

/** The most damaged lines of a journal that are named. */
const mostNamed = 20;

/** Builds the warnings of a damaged journal, or the error of one with a line of a later version. */
export function damageProblems(file: string, damage: readonly Damage[]): Problem[] {
  const later = damage.find(({ isLater }) => isLater);
  if (later) {
    const place = { file, line: later.line, column: 1 };
    return [
      error("journal-damaged", later.message, place, {
        hint: "a later version of interserve wrote it: use that version",
      }),
    ];
  }
  const problems = damage
    .slice(0, mostNamed)
    .map(({ line, message }) =>
      warning("journal-damaged", message, { file, line, column: 1 }, { hint: setAsideHint }),
    );
  const rest = damage[mostNamed];
  if (!rest) return problems;
  const more = `${counted(damage.length - mostNamed, "more problem")} from here on`;
  return [...problems, warning("journal-damaged", more, { file, line: rest.line, column: 1 })];
}

const setAsideHint = "the line is ignored; `interserve resume` repeats the tasks whose results were lost";

/** Builds the error of a journal of which nothing can be believed, as it lacks its beginning. */
export const journalWithoutStart = (file: string, message = "expected run.started, found nothing"): Problem =>
  error(
    "journal-damaged",
    message,
    { file, line: 1, column: 1 },
    { hint: "start a new run; the artifacts of this one are still in its tasks folder" },
  );

const tornLine = (file: string, line: number): Problem =>
  warning("journal-torn", "the last line is incomplete and was dropped", { file, line, column: 1 });
