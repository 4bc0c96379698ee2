import { blocksIn, linesOf } from "../../text/markdown.ts";
import { planHeadings } from "../tasks/headings.ts";
import { parseBlocks } from "./parse-blocks.ts";

/**
 * Extracts a plan that is wrapped in a code block, as chat tools produce it: the text with every other line blank.
 * Returns undefined if no markdown code block has headings of tasks.
 */
export function fencedPlan(text: string): string | undefined {
  const lines = linesOf(text);
  const shown = parseBlocks(lines).filter(
    (block) => block.type === "code" && /^(?:markdown|md)?$/i.test(block.lang) && holdsTasks(block.value),
  );
  if (shown.length === 0) return undefined;
  const inside = new Set(
    shown.flatMap(({ line: first, lastLine: last }) => {
      // An unclosed block has no fence at its end.
      const end = /^\s*(?:`{3,}|~{3,})\s*$/.test(lines[last - 1] ?? "") ? last - 1 : last;
      return Array.from({ length: Math.max(0, end - first) }, (_, at) => first + 1 + at);
    }),
  );
  return lines.map((line, at) => (inside.has(at + 1) ? line : line.replace(/[^\r\n]+/, ""))).join("");
}

const holdsTasks = (text: string): boolean =>
  /^ {0,3}#{1,6}\s/m.test(text) &&
  planHeadings(blocksIn(linesOf(text))).some(({ name }) => name !== undefined);
