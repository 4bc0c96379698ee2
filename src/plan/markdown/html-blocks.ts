import { fromMarkdown } from "mdast-util-from-markdown";
import { type Inside, insideAfter } from "./markdown.ts";

/** How many lines of a `<verify>` block are searched: bounds the time that a hostile plan can take. */
const mostChecks = 200;
/** HTML that hides headings wherever it begins in a line. */
const hiding = /<!--|<(pre|script|style|textarea)(?=[\s>])/gi;

/**
 * Mends HTML blocks above headings. In CommonMark an HTML block continues to the next blank line, so a heading right
 * below `</verify>` vanishes, though its author means a heading. Such a block is turned into a kind with an explicit
 * end: `<?` at its start and `?>` before the heading, on the same lines. Comments, code and `<pre>` are left alone.
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
      // In a `<verify>` block a single `#` begins a comment.
      if (marks === "#" && isInVerify(lines.slice(Math.max(start, at - mostChecks), at))) continue;
      endBlock(mended, start, at);
    }
    if (marks || line.trim() === "") start = at + 1;
    inside = insideAfter(line) ?? hiddenAfter(line);
  }
  return mended;
}

/** Ends the HTML block that the lines before `end` finish with, if there is one. */
function endBlock(lines: string[], start: number, end: number): void {
  const above = lines.slice(start, end);
  if (!above.some((line) => /^ {0,3}</.test(line))) return;
  const last = fromMarkdown(above.join("")).children.at(-1);
  if (last?.type !== "html" || last.position?.end.line !== above.length) return;
  // Kinds with an explicit end have ended already.
  if (/^<(?:[?!]|(?:pre|script|style|textarea)[\s>])/i.test(last.value)) return;
  const first = start + last.position.start.line - 1;
  lines[first] = (lines[first] ?? "").replace(/^ */, "$&<?");
  lines[end - 1] = (lines[end - 1] ?? "").replace(/(?=[\r\n]*$)/, "?>");
}

function hiddenAfter(line: string): Pick<Inside, "end"> | undefined {
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
