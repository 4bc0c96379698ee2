import type { Outcome } from "../../schemas/outcome.ts";
import { printable, printableLines } from "../text/printable.ts";
import { headOf } from "../text/shorten.ts";
import { readDigest } from "./digest.ts";

/** What an agent wrote, most important first, to be cut to any length. */
export interface Said {
  /** Characters that the whole of it takes at most. */
  readonly longest: number;
  /** As much of it as fits into so many characters; what is cut is said, where there is room to say it. */
  readonly within: (room: number) => Promise<string>;
}

const gap = "\n\n";
const outputLabel = "output:\n";
/** The head and tail of a longer output tell nothing in fewer characters. */
const leastDigest = 240;
const longestLine = 500;
const longestFileList = 1000;

/** An outcome's verdict, reason, changed files and hand-over, then the head and tail of its output. */
export function saidBy(outcome: Outcome, outputBytes: number | undefined): Said {
  const text = textOf(outcome);
  const { output } = outcome;
  if (output === undefined || !outputBytes) {
    return { longest: text.length, within: async (room) => clipped(text, room) };
  }
  const leftOut = `[the output, ${outputBytes} bytes, is left out for lack of room]`;
  const longest = text.length + gap.length + Math.max(outputLabel.length + outputBytes, leftOut.length);
  const within = async (room: number) => {
    const said = clipped(text, room - gap.length - leftOut.length);
    const before = said === "" ? "" : said + gap;
    const space = room - before.length - outputLabel.length;
    const isWorthIt = outputBytes <= space || space >= leastDigest;
    if (isWorthIt) return `${before}${outputLabel}${(await readDigest(output, space)).text}`;
    return leftOut.length <= room - before.length ? before + leftOut : said;
  };
  return { longest, within };
}

function textOf(outcome: Outcome): string {
  const line = (label: string, text: string | undefined) =>
    text ? [`${label}: ${clipped(printable(text), longestLine)}`] : [];
  const lines = [
    ...line("verdict", outcome.verdict),
    ...line("reason", outcome.reason),
    ...fileLine(outcome.files_changed ?? []),
    ...(outcome.notes ?? []).flatMap((note) => line("note", note)),
  ].join("\n");
  const handOver = printableLines(outcome.hand_over ?? "").trim();
  return [...(lines ? [lines] : []), ...(handOver ? [`hand-over:\n${handOver}`] : [])].join(gap);
}

function fileLine(files: readonly string[]): string[] {
  if (files.length === 0) return [];
  let named = "";
  for (const [at, file] of files.entries()) {
    const next = `${at > 0 ? ", " : ""}${printable(file)}`;
    if (named.length + next.length > longestFileList) {
      return [`files changed: ${named}${at > 0 ? " and " : ""}${files.length - at} more`];
    }
    named += next;
  }
  return [`files changed: ${named}`];
}

/** The beginning of a text, with how much was cut; empty where there is no room to say so. */
function clipped(text: string, room: number): string {
  if (text.length <= room) return text;
  const note = (count: number) => `[… ${count} characters cut …]`;
  const kept = headOf(text, Math.max(0, room - note(text.length).length - 1));
  if (kept !== "") return `${kept}\n${note(text.length - kept.length)}`;
  return note(text.length).length <= room ? note(text.length) : "";
}
