import { type VerdictWord, verdictWords } from "../../../schemas/hand-over.ts";
import type { Outcome } from "../../../schemas/outcome.ts";
import { oneLine } from "../../text/one-line.ts";
import { headOf } from "../../text/shorten.ts";

const longestHandOver = 4000;

/** An agent's verdict on its own work, from the last line of its output. */
export interface Verdict {
  /** Undefined if the line names none of the known verdicts. */
  readonly word: VerdictWord | undefined;
  /** The text after the word: the problem or the question. */
  readonly text: string;
  /** The whole line, made printable. */
  readonly line: string;
}

/** Strips the markdown around a closing line: quote, list and heading marks, and emphasis. */
function withoutMarkup(line: string): string {
  const trimmed = line.trim();
  const [before = "", marks = ""] = /^[\s>#-]*([*_`]*)\s*/.exec(trimmed) ?? [];
  const text = trimmed.slice(before.length);
  // Only marks opened at the start of the line close at its end, because the last word may well be `code`.
  const closing = [...marks].reverse().join("");
  return closing !== "" && text.endsWith(closing) ? text.slice(0, -closing.length).trimEnd() : text;
}

const isFence = (line: string): boolean => /^\s*(`{3,}|~{3,})\s*$/.test(line);
const isVerdict = (line: string): boolean => withoutMarkup(line).startsWith("VERDICT:");

/** The index of the last line that is neither empty nor a fence; -1 if there is none. */
const lastLine = (lines: readonly string[]): number =>
  lines.findLastIndex((line) => line.trim() !== "" && !isFence(line));

const knownVerdict = new RegExp(
  `^(${verdictWords.join("|")})(?![A-Za-z0-9-]|_[A-Za-z0-9])[*_\`]*(?:\\s*[:—–]|\\s+-(?=\\s))?\\s*(.*)$`,
  "s",
);

/** Reads the last line that is neither empty nor a fence. Returns undefined if it is not a verdict. */
export function parseVerdict(output: string): Verdict | undefined {
  const lines = output.split(/\r?\n/);
  const last = lines[lastLine(lines)] ?? "";
  if (!isVerdict(last)) return undefined;
  const said = withoutMarkup(last).replace(/^VERDICT:[\s*_`]*/, "");
  const [, word, text = ""] = knownVerdict.exec(said) ?? [];
  const line = oneLine(last);
  if (word !== "CLEAN") return { word: word as VerdictWord | undefined, text: oneLine(text), line };
  // A text after CLEAN, as in "CLEAN but for …", takes it back.
  return { word: /[\p{L}\p{N}]/u.test(text) ? undefined : word, text: "", line };
}

/** A heading of any level, a line in bold, or the words and a colon; a text after the colon belongs to the hand-over. */
const handOverHeading =
  /^\s*(?:#{1,6}\s+[*_]*hand-?over\b[^:]*(?::[*_]*(.*))?|[*_]*hand-?over[*_]*:[*_]*(.*)|\*\*hand-?over\*\*\s*)$/is;

/**
 * Reads the text under the last `Hand-over` heading, up to the verdict: at most 4000 characters, with a note of how
 * much was cut. Returns undefined if there is none.
 */
export function parseHandOver(output: string): string | undefined {
  const lines = output.split(/\r?\n/);
  const at = lines.findLastIndex((line) => handOverHeading.test(line));
  if (at < 0) return undefined;
  const last = lastLine(lines);
  const end = isVerdict(lines[last] ?? "") ? last : lines.length;
  const [, headed, named] = handOverHeading.exec(lines[at] ?? "") ?? [];
  const text = [headed ?? named ?? "", ...lines.slice(at + 1, end)].join("\n").trim();
  if (text.length <= longestHandOver) return text === "" ? undefined : text;
  const kept = headOf(text, longestHandOver - 40);
  return `${kept}\n[… ${text.length - kept.length} characters cut …]`;
}

/**
 * Judges the output of a successful attempt by its verdict. Without one, an agent has not said that it is done, which
 * is a `warn`; a command is not asked for a verdict and passes.
 */
export function judgeOutput(output: string, author: "agent" | "command"): Outcome {
  const verdict = parseVerdict(output);
  const hand_over = parseHandOver(output);
  return {
    ...judgeVerdict(verdict, author),
    ...(verdict ? { verdict: verdict.line } : {}),
    ...(hand_over === undefined ? {} : { hand_over }),
  };
}

function judgeVerdict(verdict: Verdict | undefined, author: "agent" | "command"): Outcome {
  if (verdict === undefined && author === "command") return { status: "pass" };
  if (verdict === undefined) return { status: "warn", reason: "the agent ended without a verdict" };
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
