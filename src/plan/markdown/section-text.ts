import type { Node, RootContent } from "mdast";
import type { PlanCode } from "../../../schemas/plan.ts";

/** Separates the text of blocks from their code blocks, however deeply these are nested in lists. */
export function textAndCode(
  blocks: readonly RootContent[],
  lines: readonly string[],
): { prose: string; code: PlanCode[] } {
  const code: PlanCode[] = [];
  const prose: string[] = [];
  for (const block of blocks) {
    const within = codeIn(block);
    code.push(...within.map(({ lang, value }) => ({ language: (lang ?? "").toLowerCase(), text: value })));
    const hidden = new Set(within.flatMap(({ position }) => (position ? lineNumbers(position) : [])));
    for (const line of block.position ? lineNumbers(block.position) : []) {
      if (!hidden.has(line)) prose.push((lines[line - 1] ?? "").replace(/[\r\n]+$/, ""));
    }
    prose.push("");
  }
  return { prose: prose.join("\n"), code };
}

type Block = Extract<RootContent, { type: "code" }>;

function codeIn(block: Node): Block[] {
  const found: Block[] = [];
  const open: Node[] = [block];
  while (open.length > 0) {
    const node = open.pop() as Node;
    if (node.type === "code") found.push(node as Block);
    else if ("children" in node) open.push(...(node.children as Node[]).toReversed());
  }
  return found;
}

const lineNumbers = ({ start, end }: { start: { line: number }; end: { line: number } }): number[] =>
  Array.from({ length: end.line - start.line + 1 }, (_, at) => start.line + at);
