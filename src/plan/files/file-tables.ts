import { type Inline, textOf } from "../../text/markdown.ts";

type Nodes = readonly Inline[];

/** The nodes of each line of a paragraph. */
export const linesIn = (nodes: Nodes): Nodes[] => splitAt(nodes, "\n");

/** The cells of a row. */
const cellsIn = (line: Nodes): Nodes[] => {
  const cells = splitAt(line, "|");
  return cells.slice(isMade(cells[0], /^\s*$/) ? 1 : 0, isMade(cells.at(-1), /^\s*$/) ? -1 : undefined);
};

/** The rows of a table in a paragraph, its heading first and without the line below that. */
export function tableRows(nodes: Nodes): Nodes[][] {
  const rows = linesIn(nodes).map(cellsIn);
  const rule = rows.findIndex(
    (cells) => cells.length > 0 && cells.every((cell) => isMade(cell, /^\s*:?-+:?\s*$/)),
  );
  return rule < 1
    ? []
    : [...rows.slice(rule - 1, rule), ...rows.slice(rule + 1)].filter((cells) => cells.length > 1);
}

/** The columns of files and of what is done with them; -1 if there is none. */
export function columnsOf(heads: readonly Nodes[]): { files: number; action: number } {
  const words = heads.map((cell) =>
    cell
      .map((node) => textOf(node))
      .join("")
      .trim(),
  );
  return {
    files: words.findIndex((word) => /^(?:files?|paths?|文件|路径)/i.test(word)),
    action: words.findIndex((word) =>
      /^(?:action|change|type|operation|status|操作|动作|变更|类型)/i.test(word),
    ),
  };
}

function splitAt(nodes: Nodes, mark: string): Nodes[] {
  const parts: Inline[][] = [[]];
  for (const node of nodes) {
    if (node.type === "break" && mark === "\n") parts.push([]);
    else if (node.type !== "text") parts.at(-1)?.push(node);
    else {
      for (const [at, value] of node.value.split(mark).entries()) {
        if (at > 0) parts.push([]);
        if (value !== "") parts.at(-1)?.push({ ...node, value });
      }
    }
  }
  return parts;
}

const isMade = (cell: Nodes | undefined, of: RegExp): boolean =>
  cell?.every((node) => node.type === "text" && of.test(node.value)) ?? false;
