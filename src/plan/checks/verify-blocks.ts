import type { Verify } from "../../../schemas/manifest.ts";
import type { Problem } from "../../problem.ts";
import { linesOf } from "../../text/markdown.ts";
import { quoted } from "../../text/printable.ts";
import { mendFences } from "../markdown/fences.ts";
import { warningAt } from "../plan-result.ts";
import { isCommand, isSentence, isSurelyCommand } from "./command-line.ts";
import { expectation, unquoted } from "./expectation.ts";
import { continued, needsOthers, shellText } from "./shell-text.ts";
import {
  blockScalar,
  blocksOf,
  endOfFence,
  fenceIn,
  isShellFence,
  type Line,
  linesUntil,
  type UnreadCheck,
} from "./verify-lines.ts";

/**
 * Reads the commands of a section's `<verify>` blocks: entries `- run:` with a command in backticks, quotes or neither,
 * and `expect:` below; commands alone on a line; several lines of shell; GSD's `<automated>`. A sentence is never run,
 * and a command whose expectation is not understood is left out: only a person can say what it means.
 */
export function verifyOf(section: string): { verify: Verify[]; unread: UnreadCheck[] } {
  if (!section.includes("<verify>")) return { verify: [], unread: [] };
  const { blocks, unread } = blocksOf(mendFences(linesOf(section)));
  const read = blocks.map(checksIn);
  return {
    verify: read.flatMap(({ verify }) => verify),
    unread: [...read.flatMap(({ unread }) => unread), ...unread],
  };
}

/** Warns of a check that was not understood. `start` is the line of the plan where the task's section begins. */
export function unreadCheckWarning(check: UnreadCheck, file: string, start: number): Problem {
  const { at, text, run, isOpen, meanings } = check;
  const what = quoted(text);
  if (meanings) {
    const [likely, other] = meanings.map((meaning) => `\`expect: ${meaning}\``);
    const message = `${what} of ${quoted(run ?? "")} may mean what it prints or its exit status: taken as ${likely}`;
    return warningAt("ambiguous-check", file, start + at, message, `write ${likely} or ${other}`);
  }
  const message = isOpen
    ? "expected `</verify>` after `<verify>`, found none"
    : `${what} in \`<verify>\` is not understood${run === undefined ? "" : `, so ${quoted(run)} is not run`}`;
  const hint =
    'write ``- run: `npm test` `` and below it `expect: exit 0`, `expect: contains "text"` or `expect: output "text"`';
  return warningAt("unread-check", file, start + at, message, hint);
}

interface Checks {
  readonly verify: Verify[];
  readonly unread: UnreadCheck[];
}

/** An entry while it is being read: its command, and what is expected of it. */
interface Entry extends Line {
  readonly run?: string;
  expect?: string;
}

function checksIn(lines: readonly Line[]): Checks {
  const entries: Entry[] = [];
  const unread: UnreadCheck[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as Line;
    const text = withoutMarks(line.text);
    const mark = fenceIn(line.text);
    const [, key, value = ""] = field.exec(text) ?? [];
    if (mark) {
      const end = endOfFence(mark);
      const inner = linesUntil(lines, index + 1, ({ text }) => end.test(text));
      const run = isShellFence(line.text) ? shellText(textsOf(inner), isCommand) : undefined;
      entries.push({ ...line, text, ...ifAny(run) });
      index += inner.length + 1;
    } else if (key === "run" && /^[|>][+-]?$/.test(value)) {
      const inner = blockScalar(lines, index);
      entries.push({ ...line, text, ...ifAny(shellText(textsOf(inner), isCommand)) });
      index += inner.length;
    } else if (key === "run") {
      const rest = linesUntil(lines, index, (_, at) => at > index && !/\\$/.test(lines[at - 1]?.text ?? ""));
      const [whole = ""] = continued([value, ...textsOf(rest.slice(1))]);
      entries.push({ ...line, text, ...ifAny(markedCommand(whole)) });
      index += rest.length - 1;
    } else if (key === "expect") {
      const last = entries.at(-1);
      if (last) last.expect = value;
      else unread.push({ at: line.at, text });
    } else if (!isTag(text)) {
      const plain = linesUntil(lines, index, (line) => isOther(line.text));
      for (const entry of plainEntries(plain)) entries.push(entry);
      index += plain.length - 1;
    }
  }
  const verify = entries.flatMap(({ at, text, run, expect: wish = "exit 0" }): Verify[] => {
    const expected = expectation(wish, run ?? "");
    if (!run || !expected || isHidden.test(run)) {
      unread.push(run && !expected ? { at, text: `expect: ${wish}`, run } : { at, text });
      return [];
    }
    const { expect, otherwise } = expected;
    if (otherwise) unread.push({ at, text: `expect: ${wish}`, run, meanings: [expect, otherwise] });
    return [{ run, expect }];
  });
  return { verify, unread: unread.toSorted((a, b) => a.at - b.at) };
}

/** Characters that a reader does not see. */
const isHidden = /(?![\n\t])[\p{Cc}\p{Cf}]/u;
const field = /^(run|expect):\s*(.*)$/;
const listMark = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?/;
const withoutMarks = (text: string): string => text.replace(listMark, "").trim();
const textsOf = (lines: readonly Line[]): string[] => lines.map(({ text }) => text);
const ifAny = (run: string | undefined): { run?: string } => (run ? { run } : {});
const isTag = (text: string): boolean => /^<\/?[\w-]+>$/.test(text);
const isOther = (line: string): boolean => {
  const text = withoutMarks(line);
  return fenceIn(line) !== undefined || field.test(text) || isTag(text);
};

/** Reads each line as a command, or all of them as one if a line has no effect without the others. */
function plainEntries(lines: readonly Line[]): Entry[] {
  const told = lines
    .map(({ at, text }) => ({ at, text: withoutMarks(text) }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
  const [first] = told;
  if (!first) return [];
  if (!told.some(({ text }) => needsOthers(unquoted(text))))
    return told.map((line) => ({ ...line, ...commandIn(line.text) }));
  const isList = listMark.test(lines.find(({ at }) => at === first.at)?.text ?? "");
  const texts = textsOf(lines).map((text) => (isList ? unquoted(withoutMarks(text)) : text));
  return [{ ...first, text: textsOf(told).join("\n"), ...ifAny(shellText(texts, isSurelyCommand)) }];
}

/** Returns the text of an entry that is marked as a command, unless it is a sentence. */
function markedCommand(text: string): string | undefined {
  const plain = text.trim();
  const inner = unquoted(plain);
  return inner === plain && (isSentence(inner) || inner.includes("`")) ? undefined : inner;
}

/** Returns the command of a line, and the expectation after it. */
function commandIn(text: string): { run?: string; expect?: string } {
  const [, automated] = /^<automated>(.*)<\/automated>$/.exec(text) ?? [];
  if (automated !== undefined) return ifAny(markedCommand(unescaped(automated)));
  const [, , code, behind = ""] = /^(?:(?:run|execute):?\s+)?(`+)([^`]+)\1(?!`)\s*(.*)$/i.exec(text) ?? [];
  if (code !== undefined) {
    const wish = behind.replace(/^(?:[:—–]|->|→|=>|-)\s*/u, "").replace(/^\((.*)\)$/, "$1");
    const isTold = !/^\.?$/.test(wish);
    return isCommand(code.trim()) && !isSentence(code.trim())
      ? { run: code.trim(), ...(isTold ? { expect: wish } : {}) }
      : {};
  }
  const plain = text
    .replace(/^\$\s+/, "")
    .replace(/\s#\s[^"'`]*$/, "")
    .trim();
  return isSurelyCommand(plain) ? { run: plain } : {};
}

/** Decodes the entities in GSD's plans, which are half XML. */
const unescaped = (text: string): string =>
  text.replace(
    /&(amp|lt|gt|quot);/g,
    (_, name: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"' })[name] ?? "",
  );
