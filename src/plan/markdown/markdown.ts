import type { Nodes, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";

/** The lines of a text, each with what ends it. */
export const linesOf = (text: string): string[] => text.split(/(?<=\r\n|\n|\r(?!\n))/);

/** What opens a block of HTML that goes on over blank lines, and what ends it. */
const html: readonly (readonly [RegExp, RegExp])[] = [
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<![A-Za-z]/, />/],
  [/^ {0,3}<(?:script|pre|style|textarea)(?=[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
];

/**
 * The blocks of a markdown text, as one parse of it gives them. The parser copies all that it has read at the end of
 * each list, so that a long text is read in parts: from a heading behind a blank line to the next, or from what else
 * `begins` finds at the start of a line.
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
  // A link by reference means what another part may say.
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
  /** In a list, a line at the margin ends it; at top level it does not: then nothing is sure any more. */
  readonly isIndented: boolean;
}

/** What a line opens. What stands deeper, or in a quote, ends before a line at the margin. */
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
