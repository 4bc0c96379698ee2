import { type VerdictWord, verdictWords } from "../../../schemas/hand-over.ts";
import { oneLine } from "../../text/one-line.ts";
import { comparable, hidden } from "../../text/visible.ts";

/** An agent's verdict on its own work, from a line of its output. */
export interface Verdict {
  /** Undefined if the line names none of the known verdicts. */
  readonly word: VerdictWord | undefined;
  /** The text after the word: the problem or the question. */
  readonly text: string;
  /** The whole line, made printable. */
  readonly line: string;
}

/** Marks of quotes, lists, headings, tables and emphasis, numbers of lists, and words in brackets. */
const leading = /^(?:\[[^\]]{0,40}\]|\d{1,3}[.)]|[^\p{L}\p{N}])*/u;
const closings: Readonly<Record<string, string>> = { "“": "”", "‘": "’", "«": "»", "(": ")", "[": "]" };
const label = /^(verdict)\s*[:：|][\s*_`"'“‘]*(.*)$/is;
const knownVerdict = new RegExp(
  `^(${verdictWords.join("|").replaceAll("_", "[_ -]")})(?![A-Za-z0-9-]|_[A-Za-z0-9])[*_\`"'”’|]*(?:\\s*[:—–]|\\s+-(?=\\s))?\\s*(.*)$`,
  "is",
);
/** What the prompt itself says in place of a text. */
const placeholder = /^<(?:why|question)>$/;

/** Strips the markdown around a closing line: quote, list and heading marks, quotation marks and emphasis. */
function withoutMarkup(line: string): string {
  const trimmed = line.trim();
  const [before = ""] = leading.exec(trimmed) ?? [];
  const text = trimmed.slice(before.length).replace(before.startsWith("|") ? /\s*\|$/ : "", "");
  // Only marks opened before the text close at its end, because the last word may well be `code`.
  const [marks = ""] = /[*_`~"'“‘«([]*$/.exec(before) ?? [];
  const closing = [...marks].reverse().map((mark) => closings[mark] ?? mark);
  const end = closing.join("");
  return end !== "" && text.endsWith(end) ? text.slice(0, -end.length).trimEnd() : text;
}

/** Reads a line that is a verdict and nothing else. Returns undefined for any other, and for the prompt's own lines. */
export function parseVerdict(line: string): Verdict | undefined {
  if (!/verdict/i.test(line) && !hidden.test(line)) return undefined;
  const [, key = "", said = ""] = label.exec(withoutMarkup(comparable(line))) ?? [];
  if (key === "") return undefined;
  const [, name = "", text = ""] = knownVerdict.exec(said) ?? [];
  if (placeholder.test(text)) return undefined;
  const word = verdictWords.find((one) => one === name.toUpperCase().replace(/[ -]/, "_"));
  const shown = oneLine(line);
  if (word !== undefined && word !== "CLEAN") return { word, text: oneLine(text), line: shown };
  // A text after CLEAN, as in "CLEAN but for …", takes it back.
  if (word && !/[\p{L}\p{N}]/u.test(text)) return { word, text: "", line: shown };
  // Without any capitals, it is more likely to be a sentence.
  return key === "VERDICT" || name === word ? { word: undefined, text: "", line: shown } : undefined;
}
