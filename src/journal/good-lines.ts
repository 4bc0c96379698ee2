import * as v from "valibot";
import { journalVersion, type RunEvent, runEventSchema } from "../../schemas/event.ts";
import { hasRightChecksum } from "../history/journal-line.ts";
import { counted } from "../text/measures.ts";

/** An event and the line that it was read from. Lines count from 1. */
export interface Entry {
  readonly line: number;
  readonly event: RunEvent;
}

/** Something wrong with a journal, at one of its lines. */
export interface Damage {
  readonly line: number;
  readonly message: string;
  /** Set for a line that is whole but of a later version: to go on without it would be wrong. */
  readonly isLater?: boolean;
}

/** The lines of a journal that can be believed, in the order in which they were written. */
export interface GoodLines {
  readonly entries: readonly Entry[];
  /** What is wrong with the others, and with the order; empty for a journal that nothing else has written to. */
  readonly damage: readonly Damage[];
  /** The number of the journal's next line. */
  readonly next: number;
}

/** A line that is an event; one of version 0.1.0 has no number. */
interface Candidate extends Entry {
  readonly number: number | undefined;
}

/**
 * Selects the lines of a journal that the run itself has written. A line with a checksum says where it belongs. Lines
 * without one, from version 0.1.0, count only before the first with one, as many as that one's number says.
 */
export function goodLines(texts: readonly string[]): GoodLines {
  const damage: Damage[] = [];
  const candidates = texts.flatMap((text, at): Candidate[] => {
    const read = readLine(text);
    if ("event" in read) return [{ line: at + 1, ...read }];
    damage.push({ line: at + 1, ...read });
    return [];
  });
  const numbered = candidates.filter(isNumbered);
  const first = numbered.reduce((least, { number }) => Math.min(least, number), Number.POSITIVE_INFINITY);
  const plain = withoutCopies(
    candidates.filter((candidate) => !isNumbered(candidate)),
    texts,
    damage,
  );
  const old = plain.slice(0, first - 1);
  for (const { line } of plain.slice(old.length)) {
    damage.push({ line, message: "expected a checksum, found none" });
  }
  const ordered = inOrder(numbered, old.length, damage);
  const entries = [...old, ...ordered].map(({ line, event }) => ({ line, event }));
  damage.sort((a, b) => a.line - b.line);
  return { entries, damage, next: (ordered.at(-1)?.number ?? old.length) + 1 };
}

const isNumbered = (candidate: Candidate): candidate is Candidate & { readonly number: number } =>
  candidate.number !== undefined;

/** Drops lines of version 0.1.0 that stand there twice. */
function withoutCopies(lines: readonly Candidate[], texts: readonly string[], damage: Damage[]): Candidate[] {
  const seen = new Map<string, number>();
  return lines.filter(({ line }) => {
    const text = texts[line - 1] ?? "";
    const original = seen.get(text);
    if (original === undefined) seen.set(text, line);
    else damage.push({ line, message: `a copy of line ${original}` });
    return original === undefined;
  });
}

/** Sorts lines by their numbers, drops copies and notes what is missing after the `count` lines before them. */
function inOrder(
  lines: readonly (Candidate & { readonly number: number })[],
  count: number,
  damage: Damage[],
): readonly (Candidate & { readonly number: number })[] {
  const sorted = lines.toSorted((a, b) => a.number - b.number);
  const misplaced = sorted.find(({ line }, at) => line < (sorted[at - 1]?.line ?? 0));
  if (misplaced)
    damage.push({ line: misplaced.line, message: "out of order: by its number, it belongs elsewhere" });
  let before = { number: count, line: count };
  return sorted.filter((candidate) => {
    const { number, line } = candidate;
    if (number === before.number) {
      damage.push({ line, message: `a copy of line ${before.line}` });
      return false;
    }
    const missing = number - before.number - 1;
    if (missing > 0) damage.push({ line, message: `missing before it: ${counted(missing, "line")}` });
    before = candidate;
    return true;
  });
}

/** Returns the event of a line and its number, or what is wrong with the line. */
function readLine(text: string): Omit<Candidate, "line"> | Omit<Damage, "line"> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { message: "expected a JSON object, found something else" };
  }
  const isRight = hasRightChecksum(text);
  if (isRight === false) return { message: "the line was changed: its checksum is wrong" };
  const { v: version, n: number } = (value ?? {}) as { readonly v?: unknown; readonly n?: unknown };
  if (version !== journalVersion) {
    const found = JSON.stringify(version) ?? "no version";
    return { message: `expected an event of version ${journalVersion}, found ${found}`, isLater: isRight };
  }
  const parsed = v.safeParse(runEventSchema, value);
  if (parsed.success) return { event: parsed.output, number: isRight ? Number(number) : undefined };
  const [issue] = parsed.issues;
  const path = issue.path?.map(({ key }) => String(key)).join(".");
  const message = `expected ${issue.expected} at ${path ?? "the top"}, found ${issue.received}`;
  return { message, isLater: isRight };
}
