import type { Code, List, Paragraph, PhrasingContent, RootContent } from "mdast";
import { toString as textOf } from "mdast-util-to-string";
import { isFileName, plainPath } from "./file-names.ts";
import { columnsOf, linesIn, tableRows } from "./file-tables.ts";
import { type FilesLabel, filesLabelIn } from "./file-verbs.ts";
import { startsWithPath } from "./paths-in-line.ts";

/** A label of files with all that stands behind it and below. */
export interface LabelledFiles {
  readonly label: FilesLabel;
  readonly line: number;
  /** A verb below no label `Files`: what it is about may be no file. */
  readonly isAlone: boolean;
  readonly blocks: (readonly PhrasingContent[] | List | Code)[];
}

/** The labels of files among some blocks and in their lists; a label is a heading, bold, or words before a colon. */
export function labelledFiles(body: readonly RootContent[]): LabelledFiles[] {
  const found: LabelledFiles[] = [];
  let open: LabelledFiles | undefined;
  let isBelowHeading = false;
  const start = (label: FilesLabel, line: number, nodes: readonly PhrasingContent[] = []) => {
    open = {
      label,
      line,
      isAlone: label.isVerb && !open,
      blocks: nodes.length > 0 ? [nodes] : [],
    };
    found.push(open);
  };
  for (const block of body) {
    const line = block.position?.start.line ?? 1;
    if (block.type === "heading") {
      const label = filesLabelIn(textOf(block));
      open = undefined;
      isBelowHeading = label !== undefined && !label.isVerb;
      if (label && isBelowHeading) start(label, line);
    } else if (block.type === "paragraph") {
      const parts = labelledParts(block.children);
      for (const { label, nodes } of parts) {
        if (label) start(label, line, nodes);
        else open = undefined;
      }
      if (parts.length > 0) continue;
      if (!open && isFilesTable(block)) start({ use: "modify", isVerb: true }, line, block.children);
      else if (open && isPartOf(open, block)) open.blocks.push(block.children);
      else if (!isBelowHeading || !leadsOn(block, open)) open = undefined;
    } else if (block.type === "list") {
      if (open) open.blocks.push(block);
      else
        for (const { children } of block.children) for (const one of labelledFiles(children)) found.push(one);
      if (!isBelowHeading) open = undefined;
    } else if (open) {
      if (block.type === "code" && open.blocks.length === 0 && isPlain(block)) open.blocks.push(block);
      if (!isBelowHeading) open = undefined;
    }
  }
  return found;
}

/** A table, or a line that begins with a path where none stands yet. */
const isPartOf = ({ blocks }: LabelledFiles, { children }: Paragraph): boolean =>
  tableRows(children).length > 0 || (blocks.length === 0 && startsWithPath(children));

/** A table without a label that says of files what is done with them. */
function isFilesTable({ children }: Paragraph): boolean {
  const [heads = [], first = []] = tableRows(children);
  const { files, action } = columnsOf(heads);
  const said = (first[action] ?? []).map((node) => textOf(node)).join("");
  return files >= 0 && filesLabelIn(said)?.isVerb === true;
}

/** Words below a heading that lead to its first list, or to another one. */
const leadsOn = (block: Paragraph, open: LabelledFiles | undefined): boolean =>
  block.children[0]?.type !== "strong" &&
  (open?.blocks.length === 0 || /[:：]$/.test(textOf(block).slice(-1)));

/** A block of a program's code below a label shows what a file is to hold. */
const isPlain = ({ lang }: Code): boolean => /^(?:te?xt|plain|plaintext|files?|tree)?$/i.test(lang ?? "");

interface LabelledPart {
  /** Absent where it is about something else. */
  readonly label: FilesLabel | undefined;
  readonly nodes: readonly PhrasingContent[];
}

/** What stands behind each bold label of a paragraph, or behind the words with which it or a line of it begins. */
function labelledParts(nodes: readonly PhrasingContent[]): LabelledPart[] {
  const parts: { label: FilesLabel | undefined; nodes: PhrasingContent[] }[] = [];
  for (const [at, node] of nodes.entries()) {
    if (isBoldLabel(node, nodes[at + 1])) parts.push({ label: filesLabelIn(textOf(node)), nodes: [] });
    else parts.at(-1)?.nodes.push(node);
  }
  if (parts.length > 0) return parts;
  for (const [at, line] of linesIn(nodes).entries()) {
    const label = labelOf(line);
    if (label && at === 0) return [{ label, nodes }];
    if (label && !label.isVerb) return [{ label, nodes: line }];
  }
  return [];
}

/** The label that a line begins with. */
function labelOf([first]: readonly PhrasingContent[]): FilesLabel | undefined {
  const [, words] = (first?.type === "text" && /^\s*([^:：\n]{1,80})[:：]/.exec(first.value)) || [];
  return words === undefined ? undefined : filesLabelIn(words);
}

function isBoldLabel(node: PhrasingContent, next: PhrasingContent | undefined): boolean {
  if (node.type !== "strong") return false;
  const text = textOf(node).trim();
  if (/[:：]$/.test(text)) return true;
  if (isFileName(plainPath(text))) return false;
  return (next?.type === "text" && /^\s*[:：]/.test(next.value)) || filesLabelIn(text)?.isVerb === false;
}
