import { fromMarkdown } from "mdast-util-from-markdown";
import { type Inside, insideAfter } from "./markdown.ts";

/** How many lines of a block of commands are looked at: bounds the time that a hostile plan can take. */
const mostChecks = 200;
/** What hides headings wherever in a line of HTML it begins. */
const hiding = /<!--|<(pre|script|style|textarea)(?=[\s>])/gi;

/**
 * CommonMark has a block of HTML go on to the next blank line, so that a heading right below `</verify>` vanishes.
 * Authors mean a heading. Such a block becomes one of the kind that says itself where it ends, line for line: `<?` at
 * its start and `?>` in front of the heading. What stands in comments, code and `<pre>` stays.
 */
export function mendHtml(lines: readonly string[]): string[] {
  const mended = [...lines];
  let inside: Pick<Inside, "end"> | undefined;
  let start = 0;
  for (const [at, line] of lines.entries()) {
    if (inside) {
      if (inside.end.test(line)) inside = undefined;
      continue;
    }
    const [, marks] = /^ {0,3}(#{1,6})(?=\s|$)/.exec(line) ?? [];
    if (marks) {
      // In a block of commands a single mark begins a comment.
      if (marks === "#" && isInVerify(lines.slice(Math.max(start, at - mostChecks), at))) continue;
      endBlock(mended, start, at);
    }
    if (marks || line.trim() === "") start = at + 1;
    inside = insideAfter(line) ?? hiddenBehind(line);
  }
  return mended;
}

/** Ends the block of HTML that the lines before one end with, if they do. */
function endBlock(lines: string[], start: number, end: number): void {
  const above = lines.slice(start, end);
  if (!above.some((line) => /^ {0,3}</.test(line))) return;
  const last = fromMarkdown(above.join("")).children.at(-1);
  if (last?.type !== "html" || last.position?.end.line !== above.length) return;
  // Those that say themselves where they end have ended.
  if (/^<(?:[?!]|(?:pre|script|style|textarea)[\s>])/i.test(last.value)) return;
  const first = start + last.position.start.line - 1;
  lines[first] = (lines[first] ?? "").replace(/^ */, "$&<?");
  lines[end - 1] = (lines[end - 1] ?? "").replace(/(?=[\r\n]*$)/, "?>");
}

function hiddenBehind(line: string): Pick<Inside, "end"> | undefined {
  if (!/^ {0,3}</.test(line)) return undefined;
  const found = [...line.matchAll(hiding)].at(-1);
  if (!found) return undefined;
  const end = found[1] ? new RegExp(`</${found[1]}>`, "i") : /-->/;
  return end.test(line.slice(found.index)) ? undefined : { end };
}

const isInVerify = (above: readonly string[]): boolean => {
  const text = above.join("");
  return text.lastIndexOf("<verify>") > text.lastIndexOf("</verify>");
};
