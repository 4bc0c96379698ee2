import type { Outcome } from "../../../schemas/outcome.ts";
import { oneLine } from "../../text/one-line.ts";
import { headOf } from "../../text/shorten.ts";

const longestHandOver = 4000;

/** What an agent says of its own work, on the last line of its output. */
export interface Verdict {
  readonly kind: "clean" | "needs_attention" | "question" | "unknown";
  /** What follows the word: the caveat, the question. */
  readonly text: string;
  /** The line as it stood. */
  readonly line: string;
}

/** A closing line without what markdown may have put around it: quote, list and heading marks, and emphasis. */
function plain(line: string): string {
  const trimmed = line.trim();
  const [before = "", marks = ""] = /^[\s>#-]*([*_`]*)\s*/.exec(trimmed) ?? [];
  const text = trimmed.slice(before.length);
  // Only marks that were opened before the line close behind it: its last word may well be `code`.
  const closing = [...marks].reverse().join("");
  return closing !== "" && text.endsWith(closing) ? text.slice(0, -closing.length).trimEnd() : text;
}

const isFence = (line: string): boolean => /^\s*(`{3,}|~{3,})\s*$/.test(line);
const says = (line: string): boolean => plain(line).startsWith("VERDICT:");

/** Where the last line is that is not empty and no fence; -1 where there is none. */
const lastLine = (lines: readonly string[]): number =>
  lines.findLastIndex((line) => line.trim() !== "" && !isFence(line));

const kinds = { CLEAN: "clean", NEEDS_ATTENTION: "needs_attention", QUESTION: "question" } as const;
const known =
  /^(CLEAN|NEEDS_ATTENTION|QUESTION)(?![A-Za-z0-9-]|_[A-Za-z0-9])[*_`]*(?:\s*[:—–]|\s+-(?=\s))?\s*(.*)$/s;

/** Reads the last line that is not empty and no fence. Verdicts anywhere else are just text. */
export function parseVerdict(output: string): Verdict | undefined {
  const lines = output.split(/\r?\n/);
  const last = lines[lastLine(lines)] ?? "";
  if (!says(last)) return undefined;
  const said = plain(last).replace(/^VERDICT:[\s*_`]*/, "");
  const [, word, text = ""] = known.exec(said) ?? [];
  const kind = word === undefined ? "unknown" : kinds[word as keyof typeof kinds];
  // A "clean" that goes on, "CLEAN but for …", is not one.
  const clouded = kind === "clean" && /[\p{L}\p{N}]/u.test(text);
  return {
    kind: clouded ? "unknown" : kind,
    text: kind === "clean" ? "" : oneLine(text),
    line: oneLine(last),
  };
}

/** A heading of any level, a line of its own in bold, or the words and a colon; what follows a colon is its text. */
const handOverHeading =
  /^\s*(?:#{1,6}\s+[*_]*hand-?over\b[^:]*(?::[*_]*(.*))?|[*_]*hand-?over[*_]*:[*_]*(.*)|\*\*hand-?over\*\*\s*)$/is;

/** The text under the last `Hand-over` heading, up to the verdict; at most 4000 characters, with what was cut said. */
export function parseHandOver(output: string): string | undefined {
  const lines = output.split(/\r?\n/);
  const at = lines.findLastIndex((line) => handOverHeading.test(line));
  if (at < 0) return undefined;
  const last = lastLine(lines);
  const end = says(lines[last] ?? "") ? last : lines.length;
  const [, headed, named] = handOverHeading.exec(lines[at] ?? "") ?? [];
  const text = [headed ?? named ?? "", ...lines.slice(at + 1, end)].join("\n").trim();
  if (text.length <= longestHandOver) return text === "" ? undefined : text;
  const kept = headOf(text, longestHandOver - 40);
  return `${kept}\n[… ${text.length - kept.length} characters cut …]`;
}

/**
 * What a terminal success comes to, by the agent's own verdict. An agent that gives none has not said that it is
 * done: `warn`; a plain command is not asked for one: `pass`.
 */
export function judge(output: string, asked: "agent" | "command"): Outcome {
  const verdict = parseVerdict(output);
  const handOver = parseHandOver(output);
  const said = {
    ...(verdict ? { verdict: verdict.line } : {}),
    ...(handOver === undefined ? {} : { hand_over: handOver }),
  };
  switch (verdict?.kind) {
    case "clean":
      return { status: "pass", ...said };
    case "needs_attention":
      return {
        status: "warn",
        reason: verdict.text || "the agent says that its work needs attention",
        ...said,
      };
    case "question":
      return {
        status: "question",
        reason: verdict.text || "the agent has a question, and did not say which",
        ...said,
      };
    case "unknown":
      return {
        status: "fail",
        failure: "task",
        reason: oneLine(`expected a verdict of ${Object.keys(kinds).join(", ")}, found "${verdict.line}"`),
        ...said,
      };
    case undefined:
      return asked === "command"
        ? { status: "pass", ...said }
        : { status: "warn", reason: "the agent ended without a verdict", ...said };
  }
}
