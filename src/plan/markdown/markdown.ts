import type { Nodes, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";

/** Splits a text into lines, each with its line end. */
export const linesOf = (text: string): string[] => text.split(/(?<=\r\n|\n|\r(?!\n))/);

/** What opens and what ends each kind of HTML block that continues over blank lines. */
const html: readonly (readonly [RegExp, RegExp])[] = [
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<![A-Za-z]/, />/],
  [/^ {0,3}<(?:script|pre|style|textarea)(?=[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
];

/**
 * Parses the blocks of a markdown text, with the same result as one parse of the whole. The parser copies everything it
 * has read at the end of each list, so a long text is parsed in parts, which begin at a heading after a blank line or
 * where `begins` matches the start of a line.
 */
export function blocksIn(lines: readonly string[], begins?: RegExp): RootContent[] {
  const blocks: RootContent[] = [];
  let line = 0;
  let offset = 0;
  for (const part of partsOf(lines, begins)) {
    const text = part.join("");
    const { children } = fromMarkdown(text);
    if (line > 0) for (const block of children) shift(block, line, offset);
    for (const block of children) blocks.push(block);
    line += part.length;
    offset += text.length;
  }
  return blocks;
}

function partsOf(lines: readonly string[], begins?: RegExp): string[][] {
  // A reference link may be defined in another part.
  if (lines.some((line) => /^ {0,3}\[[^\]]+\]:/.test(line))) return [[...lines]];
  const parts: string[][] = [[]];
  let inside: Inside | undefined;
  let isSure = true;
  let before = "";
  for (const line of lines) {
    if (inside?.end.test(line)) inside = undefined;
    else if (inside) isSure &&= !inside.isIndented || /^\s/.test(line);
    else {
      inside = insideAfter(line);
      const isHeading = /^#{1,6}[ \t]/.test(line) && before.trim() === "";
      if (isSure && (isHeading || begins?.test(line))) parts.push([]);
    }
    parts.at(-1)?.push(line);
    before = line;
  }
  return parts.filter((part) => part.length > 0);
}

/** A block of code or HTML that may hold lines that look like headings. */
export interface Inside {
  readonly end: RegExp;
  /** In a list, a line at the margin ends it, so after one the end is not certain. */
  readonly isIndented: boolean;
}

/** Returns the block that a line opens. Deeper or quoted blocks end before a line at the margin, and are ignored. */
export function insideAfter(line: string): Inside | undefined {
  const [, indent = "", fence = "", info = ""] =
    /^( {0,3}(?:(?:[-*+]|\d{1,9}[.)]) {1,4})*)(`{3,}|~{3,})(.*)/.exec(line) ?? [];
  if (fence && !(fence.startsWith("`") && info.includes("`"))) {
    const before = " ".repeat(indent.length) || " {0,3}";
    const end = new RegExp(`^${before}${fence.charAt(0)}{${fence.length},}[ \\t]*[\\r\\n]*$`);
    return { end, isIndented: indent !== "" };
  }
  const [open, end] = html.find(([open]) => open.test(line)) ?? [];
  if (!open || !end || end.test(line.replace(open, ""))) return undefined;
  return { end, isIndented: line.startsWith(" ") };
}

function shift(node: Nodes, lines: number, offset: number): void {
  for (const point of [node.position?.start, node.position?.end]) {
    if (!point) continue;
    point.line += lines;
    point.offset = (point.offset ?? 0) + offset;
  }
  if ("children" in node) for (const child of node.children) shift(child, lines, offset);
}
