import { blocksIn } from "../../text/markdown.ts";

/** How many lines of a `<verify>` block are searched: bounds the time that a hostile plan can take. */
const mostChecks = 200;
/** What opens and what ends each kind of HTML block that continues over blank lines. */
const html: readonly (readonly [RegExp, RegExp])[] = [
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<![A-Za-z]/, />/],
  [/^ {0,3}<(?:script|pre|style|textarea)(?=[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
];
/** HTML that hides headings wherever it begins in a line. */
const hiding = /<!--|<(pre|script|style|textarea)(?=[\s>])/gi;

/**
 * Mends HTML blocks above headings. In CommonMark an HTML block continues to the next blank line, so a heading right
 * below `</verify>` vanishes, though its author means a heading. Such a block is turned into a kind with an explicit
 * end: `<?` at its start and `?>` before the heading, on the same lines. Comments, code and `<pre>` are left alone.
 */
export function mendHtml(lines: readonly string[]): string[] {
  const mended = [...lines];
  /** The end of the block that the line is in. */
  let end: RegExp | undefined;
  let start = 0;
  for (const [at, line] of lines.entries()) {
    if (end) {
      if (end.test(line)) end = undefined;
      continue;
    }
    const [, marks] = /^ {0,3}(#{1,6})(?=\s|$)/.exec(line) ?? [];
    if (marks) {
      // In a `<verify>` block a single `#` begins a comment.
      if (marks === "#" && isInVerify(lines.slice(Math.max(start, at - mostChecks), at))) continue;
      endBlock(mended, start, at);
    }
    if (marks || line.trim() === "") start = at + 1;
    end = endOfBlock(line) ?? endOfHidden(line);
  }
  return mended;
}

/** Ends the HTML block that the lines before `end` finish with, if there is one. */
function endBlock(lines: string[], start: number, end: number): void {
  const above = lines.slice(start, end);
  if (!above.some((line) => /^ {0,3}</.test(line))) return;
  const last = blocksIn(above).at(-1);
  if (last?.type !== "html" || last.lastLine !== above.length) return;
  // Kinds with an explicit end have ended already.
  if (/^<(?:[?!]|(?:pre|script|style|textarea)[\s>])/i.test(last.value)) return;
  const first = start + last.line - 1;
  lines[first] = (lines[first] ?? "").replace(/^ */, "$&<?");
  lines[end - 1] = (lines[end - 1] ?? "").replace(/(?=[\r\n]*$)/, "?>");
}

/** Returns what ends the code or HTML block that a line opens. Deeper and quoted blocks end at the margin anyway. */
function endOfBlock(line: string): RegExp | undefined {
  const [, indent = "", fence = "", info = ""] =
    /^( {0,3}(?:(?:[-*+]|\d{1,9}[.)]) {1,4})*)(`{3,}|~{3,})(.*)/.exec(line) ?? [];
  if (fence && !(fence.startsWith("`") && info.includes("`"))) {
    const before = " ".repeat(indent.length) || " {0,3}";
    return new RegExp(`^${before}${fence.charAt(0)}{${fence.length},}[ \\t]*[\\r\\n]*$`);
  }
  const [open, end] = html.find(([open]) => open.test(line)) ?? [];
  return !open || !end || end.test(line.replace(open, "")) ? undefined : end;
}

function endOfHidden(line: string): RegExp | undefined {
  if (!/^ {0,3}</.test(line)) return undefined;
  const found = [...line.matchAll(hiding)].at(-1);
  if (!found) return undefined;
  const end = found[1] ? new RegExp(`</${found[1]}>`, "i") : /-->/;
  return end.test(line.slice(found.index)) ? undefined : end;
}

const isInVerify = (above: readonly string[]): boolean => {
  const text = above.join("");
  return text.lastIndexOf("<verify>") > text.lastIndexOf("</verify>");
};
