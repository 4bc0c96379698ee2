import { marksOf } from "../tasks/headings.ts";
import { blocksIn, linesOf } from "./markdown.ts";
import { mendedBlocks } from "./parse-blocks.ts";

/**
 * A plan that stands in a block of code, as chat tools give it: the text with all else blank, line for line. Undefined
 * where no block of markdown holds headings of tasks.
 */
export function shownPlan(text: string): string | undefined {
  const lines = linesOf(text);
  const shown = mendedBlocks(lines).filter(
    (block) =>
      block.type === "code" && /^(?:markdown|md)?$/i.test(block.lang ?? "") && holdsTasks(block.value),
  );
  if (shown.length === 0) return undefined;
  const inside = new Set(
    shown.flatMap(({ position }) => {
      const [first, last] = [position?.start.line ?? 0, position?.end.line ?? 0];
      // A block that is never closed has no fence at its end.
      const end = /^\s*(?:`{3,}|~{3,})\s*$/.test(lines[last - 1] ?? "") ? last - 1 : last;
      return Array.from({ length: Math.max(0, end - first) }, (_, at) => first + 1 + at);
    }),
  );
  return lines.map((line, at) => (inside.has(at + 1) ? line : line.replace(/[^\r\n]+/, ""))).join("");
}

const holdsTasks = (text: string): boolean =>
  /^ {0,3}#{1,6}\s/m.test(text) && marksOf(blocksIn(linesOf(text))).some(({ name }) => name !== undefined);
