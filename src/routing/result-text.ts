import type { Outcome } from "../../schemas/outcome.ts";
import { printable } from "../text/printable.ts";
import { headOf } from "../text/shorten.ts";
import { visibleText } from "../text/visible.ts";
import { digestOf, readOutput, withoutHandOver } from "./digest.ts";

/** The text of a result, most important parts first, which can be cut to any length. */
export interface ResultText {
  /** The length of the whole text in characters, at most. */
  readonly fullLength: number;
  /** Returns as much of the text as fits into so many characters, with a note of what was cut if that fits too. */
  readonly cutTo: (length: number) => string;
}

const gap = "\n\n";
const outputLabel = "output:\n";
/** A shorter head and tail of a longer output would say nothing, in characters. */
const shortestDigest = 240;
const longestLine = 500;
const longestFileList = 1000;

/**
 * Composes an outcome's verdict, reason, changed files, notes and hand-over, then the head and tail of its output without
 * the hand-over. `most` is the longest text that will be asked for.
 */
export async function resultText(
  outcome: Outcome,
  outputBytes: number | undefined,
  most: number,
): Promise<ResultText> {
  const handOver = visibleText(outcome.hand_over ?? "").trim();
  const text = textOf(outcome, handOver);
  if (outcome.output === undefined || !outputBytes) {
    return { fullLength: text.length, cutTo: (length) => cut(text, length) };
  }
  const whole = await readOutput(outcome.output, most);
  const output = whole && withoutHandOver(whole, handOver);
  const length = output?.length ?? outputBytes;
  const omitted = `[the output (${outputBytes} bytes) is omitted for lack of room]`;
  const fullLength = text.length + gap.length + Math.max(outputLabel.length + length, omitted.length);
  const cutTo = (most: number) => {
    const shown = cut(text, most - gap.length - omitted.length);
    const before = shown === "" ? "" : shown + gap;
    const room = most - before.length - outputLabel.length;
    const isWorthIt = length <= room || room >= shortestDigest;
    if (isWorthIt) return `${before}${outputLabel}${digestOf(output, room).text}`;
    return omitted.length <= most - before.length ? before + omitted : shown;
  };
  return { fullLength, cutTo };
}

function textOf(outcome: Outcome, handOver: string): string {
  const line = (label: string, text: string | undefined) =>
    text ? [`${label}: ${cut(printable(text), longestLine)}`] : [];
  const lines = [
    ...line("verdict", outcome.verdict),
    ...line("reason", outcome.reason),
    ...fileLine(outcome.files_changed ?? []),
    ...(outcome.notes ?? []).flatMap((note) => line("note", note)),
  ].join("\n");
  return [...(lines ? [lines] : []), ...(handOver ? [`hand-over:\n${handOver}`] : [])].join(gap);
}

function fileLine(files: readonly string[]): string[] {
  if (files.length === 0) return [];
  let names = "";
  for (const [at, file] of files.entries()) {
    const next = `${at > 0 ? ", " : ""}${printable(file)}`;
    if (names.length + next.length > longestFileList) {
      return [`files changed: ${names}${at > 0 ? " and " : ""}${files.length - at} more`];
    }
    names += next;
  }
  return [`files changed: ${names}`];
}

/** Returns the beginning of a text and a note of how much was cut; an empty text if there is no room for the note. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const note = (count: number) => `[… ${count} characters cut …]`;
  const kept = headOf(text, Math.max(0, length - note(text.length).length - 1));
  if (kept !== "") return `${kept}\n${note(text.length - kept.length)}`;
  return note(text.length).length <= length ? note(text.length) : "";
}
