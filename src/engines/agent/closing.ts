import { verdictWords } from "../../../schemas/hand-over.ts";
import type { Outcome } from "../../../schemas/outcome.ts";
import { oneLine } from "../../text/one-line.ts";
import { headOf } from "../../text/shorten.ts";
import { readShownFile } from "../../text/shown-file.ts";
import { textLines } from "../../text/text-lines.ts";
import { comparable, hidden, visibleText } from "../../text/visible.ts";
import { parseVerdict, type Verdict } from "./verdict.ts";

const longestHandOver = 4000;
/** How many lines may follow a verdict. */
const longestFooter = 10;

/** What the end of an output says about it. */
export interface Closing {
  readonly verdict: Verdict | undefined;
  /** The text under the last `Hand-over` heading, up to the verdict: at most 4000 characters, with a note of what was cut. */
  readonly handOver: string | undefined;
}

/** A heading of any level, a line in bold, or the words and a colon; a text after the colon belongs to the hand-over. */
const handOverHeading =
  /^\s*(?:#{1,6}\s+[*_]*hand-?over\b[^:]*(?::[*_]*(.*))?|[*_]*hand-?over[*_]*:[*_]*(.*)|\*\*hand-?over\*\*\s*)$/is;
const isFence = (line: string): boolean => /^\s*(`{3,}|~{3,})\s*$/.test(line);

/** Words that take back a clean verdict, or may do so. */
const caveat =
  /\b(?:but|however|not|no|except|al?though|wait|actually|unfortunately|fail\w*|errors?|warn\w*|broke\w*|missing|wrong|incorrect|still|skip\w*|todo|fixme|problems?|issues?|caveats?|questions?|attention|must|should|need\w*|instead|revert\w*|undo\w*)\b|n['’]t\b/i;

/** Whether a line behind a verdict is a footer: a figure, a label with its value, a rule, or at most two words. */
function isFooter(line: string, { word }: Verdict): boolean {
  const text = line.trim();
  const isCautious = word === "NEEDS_ATTENTION" || word === "QUESTION";
  if (text.length > 200 || (!isCautious && caveat.test(text))) return false;
  const isItem = isCautious && /^(?:[-*+•]|\d{1,3}[.)])\s/.test(text);
  return isItem || /\d|^[\w .()/-]{1,30}[:=]\s*\S/.test(text) || text.split(/\s+/, 3).length < 3;
}

/** A text of which only so much is kept, and the length of the whole. */
interface Section {
  readonly text: string;
  readonly length: number;
  /** The blank lines after it, which count once another line follows. */
  readonly blank: string;
}

function withLine({ text, length, blank }: Section, line: string): Section {
  if (line.trim() === "") return { text, length, blank: `${blank}\n${line}`.slice(0, longestHandOver) };
  const added = text === "" ? line.trimStart() : `${blank}\n${line}`;
  const isFull = text.length > longestHandOver;
  return { text: isFull ? text : text + added, length: length + added.length, blank: "" };
}

function handOverIn({ text, length }: Section): string | undefined {
  const whole = text.trimEnd();
  if (length <= longestHandOver || whole.length <= longestHandOver) return whole === "" ? undefined : whole;
  const kept = headOf(whole, longestHandOver - 40);
  return `${kept}\n[… ${length - kept.length} characters cut …]`;
}

/**
 * Finds the verdict and the hand-over in an output, line by line and in bounded memory. The verdict is the last line that is
 * one by itself, if nothing but a footer or the hand-over follows.
 */
class ClosingReader {
  private verdict: Verdict | undefined;
  /** How many lines follow the verdict; undefined if a hand-over does. */
  private footerLines: number | undefined;
  private section: Section | undefined;
  /** The section as it was before the verdict; undefined if its heading comes after it. */
  private sectionBefore: Section | undefined;

  readLine(line: string): void {
    const heading = handOverHeading.exec(hidden.test(line) ? comparable(line) : line);
    const verdict = parseVerdict(line);
    if (heading) {
      this.section = withLine({ text: "", length: 0, blank: "" }, heading[1] ?? heading[2] ?? "");
      this.sectionBefore = undefined;
      this.footerLines = undefined;
      return;
    }
    if (verdict) {
      this.verdict = verdict;
      this.footerLines = 0;
      this.sectionBefore = this.section;
    } else if (this.verdict && this.footerLines !== undefined && line.trim() !== "" && !isFence(line)) {
      this.footerLines += 1;
      if (this.footerLines > longestFooter || !isFooter(line, this.verdict)) this.verdict = undefined;
    }
    if (this.section) this.section = withLine(this.section, line);
  }

  closing(): Closing {
    const section = (this.verdict && this.sectionBefore) ?? this.section;
    return { verdict: this.verdict, handOver: section && handOverIn(section) };
  }
}

/** Reads the end of a message. */
export function parseClosing(message: string): Closing {
  const reader = new ClosingReader();
  for (const line of visibleText(message).split("\n")) reader.readLine(line);
  return reader.closing();
}

/** Reads a whole output, as a terminal would show it, for its end. */
export async function readClosing(file: string): Promise<Closing> {
  const reader = new ClosingReader();
  await readShownFile(
    file,
    textLines((line) => reader.readLine(line)),
  );
  return reader.closing();
}

/** Who wrote an output: a command that got no prompt is not asked for a verdict. */
export type Author = "agent" | "command with a prompt" | "command";

/**
 * Judges the output of a successful attempt by its verdict. Without one, whoever got a prompt has not said that it is
 * done, which is a `warn`.
 */
export function judgeOutput({ verdict, handOver }: Closing, author: Author): Outcome {
  return {
    ...judgeVerdict(verdict, author),
    ...(verdict ? { verdict: verdict.line } : {}),
    ...(handOver === undefined ? {} : { hand_over: handOver }),
  };
}

function judgeVerdict(verdict: Verdict | undefined, author: Author): Outcome {
  if (verdict === undefined && author === "command") return { status: "pass" };
  if (verdict === undefined) {
    const who = author === "agent" ? "the agent" : "the command, which got a prompt,";
    return { status: "warn", reason: `${who} ended without a verdict` };
  }
  switch (verdict.word) {
    case "CLEAN":
      return { status: "pass" };
    case "NEEDS_ATTENTION":
      return { status: "warn", reason: verdict.text || "the agent says that its work needs attention" };
    case "QUESTION":
      return {
        status: "question",
        reason: verdict.text || "the agent has a question, but did not say which",
      };
    case undefined: {
      const reason = oneLine(`expected a verdict of ${verdictWords.join(", ")}, found "${verdict.line}"`);
      return { status: "fail", failure: "task", reason };
    }
  }
}
