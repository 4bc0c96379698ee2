import type { Verify } from "../../schemas/manifest.ts";
import type { Problem } from "../problem.ts";
import { quoted } from "../text/printable.ts";
import { isCommand, isSurelyCommand } from "./command-line.ts";
import { expectation, unquoted } from "./expectation.ts";
import { mendFences } from "./fences.ts";
import { linesOf } from "./markdown.ts";
import { warningAt } from "./plan-read.ts";

/** What stands in a `<verify>` block and is not read, by the index of its line in the section. */
export interface UnreadCheck {
  readonly at: number;
  readonly text: string;
  /** Nothing ends the block. */
  readonly isOpen?: true;
}

interface Line {
  readonly at: number;
  readonly text: string;
}

/**
 * The commands of a section's `<verify>` blocks: entries `- run:` with a command in backticks, quotes or neither, and
 * `expect:` below; commands alone on a line; a block of shell code; `<automated>` as GSD writes it. What a sentence
 * says is never run, and an expectation in other words than the manifest's is left out, and with it the command: what
 * it means is for a person to say.
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

/** A warning on what is not read of a task's section, which begins in a line of the plan. */
export const unreadCheck = ({ at, text, isOpen }: UnreadCheck, file: string, start: number): Problem =>
  warningAt(
    "unread-check",
    file,
    start + at,
    isOpen
      ? "expected `</verify>` behind `<verify>`, found none"
      : `${quoted(text)} in \`<verify>\` is not read`,
    'write ``- run: `npm test` `` and below it `expect: exit 0` or `expect: contains "text"`',
  );

/** The lines within `<verify>` and `</verify>`, but for those that code and comments show. */
function blocksOf(lines: readonly string[]): { blocks: Line[][]; unread: UnreadCheck[] } {
  const blocks: Line[][] = [];
  let open: { readonly start: number; readonly lines: Line[] } | undefined;
  let end: RegExp | undefined;
  for (const [at, line] of lines.entries()) {
    if (end && !open) {
      if (end.test(line)) end = undefined;
      continue;
    }
    if (!open) {
      end = hiddenFrom(line);
      const [, , rest] = /^[ \t]*(<verify>)(.*)/.exec(line) ?? [];
      if (end || rest === undefined) continue;
      open = { start: at, lines: [] };
    }
    const text = (open.start === at ? line.replace(/^[ \t]*<verify>/, "") : line).replace(/[\r\n]+$/, "");
    const close = text.indexOf("</verify>");
    open.lines.push({ at, text: close < 0 ? text : text.slice(0, close) });
    if (close < 0) continue;
    blocks.push(open.lines);
    open = undefined;
  }
  return { blocks, unread: open ? [{ at: open.start, text: "<verify>", isOpen: true }] : [] };
}

/** What ends the code or the comment that a line begins. */
function hiddenFrom(line: string): RegExp | undefined {
  const mark = fenceIn(line);
  if (mark) return endOfFence(mark);
  return /^\s*<!--/.test(line) && !line.includes("-->") ? /-->/ : undefined;
}

const fenceIn = (line: string): string | undefined =>
  /^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)?(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1];
const endOfFence = (mark: string): RegExp => new RegExp(`^\\s*${mark.charAt(0)}{${mark.length},}\\s*$`);

interface Checks {
  readonly verify: Verify[];
  readonly unread: UnreadCheck[];
}

/** An entry being read: its command, and what it expects. */
interface Entry extends Line {
  readonly run?: string;
  expect?: string;
}

function checksIn(lines: readonly Line[]): Checks {
  const entries: Entry[] = [];
  const unread: UnreadCheck[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as Line;
    const text = line.text.trim().replace(/^(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?/, "");
    const mark = fenceIn(line.text);
    const [, key, value = ""] = /^(run|expect):\s*(.*)$/.exec(text) ?? [];
    if (mark) {
      const end = endOfFence(mark);
      const inner = linesUntil(lines, index + 1, ({ text }) => end.test(text));
      const run = shellCode(inner);
      entries.push({ ...line, text, ...(run ? { run } : {}) });
      index += inner.length + 1;
    } else if (key === "run") {
      const inner = /^[|>][+-]?$/.test(value) ? blockScalar(lines, index) : undefined;
      const run = inner ? shellCode(inner) : unquoted(value);
      entries.push({ ...line, text, ...(run ? { run } : {}) });
      index += inner?.length ?? 0;
    } else if (key === "expect") {
      const last = entries.at(-1);
      if (last) last.expect = value;
      else unread.push({ at: line.at, text });
    } else if (text !== "" && !text.startsWith("#") && !/^<\/?[\w-]+>$/.test(text)) {
      entries.push({ ...line, text, ...commandIn(text) });
    }
  }
  const verify = entries.flatMap(({ at, text, run, expect: wish = "exit 0" }): Verify[] => {
    const expect = expectation(wish);
    if (run && expect) return [{ run, expect }];
    unread.push({ at, text: run && !expect ? `expect: ${wish}` : text });
    return [];
  });
  return { verify, unread: unread.toSorted((a, b) => a.at - b.at) };
}

/** The command that a line is, and what it says behind it. */
function commandIn(text: string): { run?: string; expect?: string } {
  const [, automated] = /^<automated>(.*)<\/automated>$/.exec(text) ?? [];
  const plain = automated === undefined ? text : unescaped(automated.trim());
  const [, , code, behind = ""] = /^(`+)([^`]+)\1(?!`)\s*(.*)$/.exec(plain) ?? [];
  if (code !== undefined) {
    const wish = behind.replace(/^(?:[:—–]|->|→|=>|-)\s*/u, "").replace(/^\((.*)\)$/, "$1");
    return isCommand(code.trim()) ? { run: code.trim(), ...(wish ? { expect: wish } : {}) } : {};
  }
  return isSurelyCommand(plain) ? { run: plain } : {};
}

/** The lines below one that are indented more, as YAML has a text of several lines. */
function blockScalar(lines: readonly Line[], start: number): string[] {
  const depth = (at: number) => (lines[at]?.text ?? "").search(/[^\s*+-]|$/);
  const isInside = ({ text }: Line, at: number) => text.trim() === "" || depth(at) > depth(start);
  return linesUntil(lines, start + 1, (line, at) => !isInside(line, at));
}

/** Without copying all that follows for each of many. */
function linesUntil(
  lines: readonly Line[],
  start: number,
  isEnd: (line: Line, at: number) => boolean,
): string[] {
  const found: string[] = [];
  for (let at = start; at < lines.length; at += 1) {
    const line = lines[at] as Line;
    if (isEnd(line, at)) break;
    found.push(line.text);
  }
  return found;
}

/** GSD's plans are half XML. */
const unescaped = (text: string): string =>
  text.replace(
    /&(amp|lt|gt|quot);/g,
    (_, name: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"' })[name] ?? "",
  );

/** The lines of a block of code as one command; undefined where a line is no command of its own. */
function shellCode(lines: readonly string[]): string | undefined {
  const commands = lines
    .map((line) => line.trim().replace(/^\$\s+/, ""))
    .filter((line) => line !== "" && !line.startsWith("#"));
  const isPlain = commands.every((line) => isCommand(line) && !/[\\|&({;]$|<<|\s#/.test(line));
  return isPlain && commands.length > 0 ? commands.join(" && ") : undefined;
}
