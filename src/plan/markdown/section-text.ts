import type { PlanCode } from "../../../schemas/plan.ts";
import type { Block, Code, ListItem } from "../../text/markdown.ts";

/** Separates the text of blocks from their code blocks, however deeply these are nested in lists. */
export function textAndCode(
  blocks: readonly Block[],
  lines: readonly string[],
): { prose: string; code: PlanCode[] } {
  const code: PlanCode[] = [];
  const prose: string[] = [];
  for (const block of blocks) {
    const within = codeIn(block);
    for (const { lang, value } of within) code.push({ language: lang.toLowerCase(), text: value });
    const hidden = new Set(within.flatMap(lineNumbers));
    for (const line of lineNumbers(block)) {
      if (!hidden.has(line)) prose.push((lines[line - 1] ?? "").replace(/[\r\n]+$/, ""));
    }
    prose.push("");
  }
  return { prose: prose.join("\n"), code };
}

function codeIn(block: Block): Code[] {
  const found: Code[] = [];
  const open: (Block | ListItem)[] = [block];
  while (open.length > 0) {
    const node = open.pop() as Block | ListItem;
    if (node.type === "code") found.push(node);
    else if (node.type === "list" || node.type === "item" || node.type === "quote") {
      for (const child of node.children.toReversed()) open.push(child);
    }
  }
  return found;
}

const lineNumbers = ({ line, lastLine }: Block): number[] =>
  Array.from({ length: lastLine - line + 1 }, (_, at) => line + at);
