import {
  type Block,
  type Code,
  type Heading,
  type Inline,
  type List,
  type Paragraph,
  textOf,
} from "../../text/markdown.ts";
import { isFileName, plainPath } from "./file-names.ts";
import { columnsOf, linesIn, tableRows } from "./file-tables.ts";
import { type FilesLabel, filesLabelIn } from "./file-verbs.ts";
import { startsWithPath } from "./paths-in-line.ts";

/** A label of files with everything after and below it. */
export interface LabelledFiles {
  readonly label: FilesLabel;
  readonly line: number;
  /** Whether the label is a verb outside a `Files` label: its object may be something other than a file. */
  readonly isAlone: boolean;
  readonly blocks: (readonly Inline[] | List | Code)[];
}

/** Finds labels of files in blocks and their lists. A label is a heading, bold text, or words before a colon. */
export function labelledFiles(body: readonly Block[]): LabelledFiles[] {
  const reader = new LabelReader();
  for (const block of body) reader.read(block);
  return reader.found;
}

/** Reads blocks one after the other. A label is open until a block that does not belong to it. */
class LabelReader {
  readonly found: LabelledFiles[] = [];
  private open: LabelledFiles | undefined;
  /** Below a heading `Files`, several blocks may belong to the label. */
  private isBelowHeading = false;

  read(block: Block): void {
    if (block.type === "heading") this.readHeading(block);
    else if (block.type === "paragraph") this.readParagraph(block);
    else if (block.type === "list") this.readList(block);
    else if (this.open) this.readOther(block, this.open);
  }

  private readHeading(heading: Heading): void {
    const label = filesLabelIn(textOf(heading));
    this.open = undefined;
    this.isBelowHeading = label !== undefined && !label.isVerb;
    if (label && this.isBelowHeading) this.start(label, heading);
  }

  private readParagraph(paragraph: Paragraph): void {
    const { children } = paragraph;
    const parts = labelledParts(children);
    for (const { label, nodes } of parts) {
      if (label) this.start(label, paragraph, nodes);
      else this.open = undefined;
    }
    if (parts.length > 0) return;
    if (!this.open && isFilesTable(paragraph))
      this.start({ use: "modify", isVerb: true }, paragraph, children);
    else if (this.open && isPartOf(this.open, paragraph)) this.open.blocks.push(children);
    else if (!this.isBelowHeading || !introducesList(paragraph, this.open)) this.open = undefined;
  }

  private readList(list: List): void {
    if (this.open) this.open.blocks.push(list);
    else
      for (const { children } of list.children)
        for (const one of labelledFiles(children)) this.found.push(one);
    if (!this.isBelowHeading) this.open = undefined;
  }

  private readOther(block: Block, open: LabelledFiles): void {
    if (block.type === "code" && open.blocks.length === 0 && isPlain(block)) open.blocks.push(block);
    if (!this.isBelowHeading) this.open = undefined;
  }

  private start(label: FilesLabel, { line }: Block, nodes: readonly Inline[] = []): void {
    this.open = {
      label,
      line,
      isAlone: label.isVerb && !this.open,
      blocks: nodes.length > 0 ? [nodes] : [],
    };
    this.found.push(this.open);
  }
}

/** Whether a paragraph belongs to a label: a table, or a line that begins with a path if there is none yet. */
const isPartOf = ({ blocks }: LabelledFiles, { children }: Paragraph): boolean =>
  tableRows(children).length > 0 || (blocks.length === 0 && startsWithPath(children));

/** Whether a paragraph without a label is a table of files and what is done with them. */
function isFilesTable({ children }: Paragraph): boolean {
  const [heads = [], first = []] = tableRows(children);
  const { files, action } = columnsOf(heads);
  const said = (first[action] ?? []).map((node) => textOf(node)).join("");
  return files >= 0 && filesLabelIn(said)?.isVerb === true;
}

/** Whether words below a heading introduce its first list, or another one. */
const introducesList = (block: Paragraph, open: LabelledFiles | undefined): boolean =>
  block.children[0]?.type !== "strong" &&
  (open?.blocks.length === 0 || /[:：]$/.test(textOf(block).slice(-1)));

/** Whether a code block below a label lists files; a block of program code shows a file's content instead. */
const isPlain = ({ lang }: Code): boolean => /^(?:te?xt|plain|plaintext|files?|tree)?$/i.test(lang ?? "");

interface LabelledPart {
  /** Undefined if the label is about something else. */
  readonly label: FilesLabel | undefined;
  readonly nodes: readonly Inline[];
}

/** Splits a paragraph at its bold labels, or at the words with which it or one of its lines begins. */
function labelledParts(nodes: readonly Inline[]): LabelledPart[] {
  const parts: { label: FilesLabel | undefined; nodes: Inline[] }[] = [];
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

/** The label at the start of a line. */
function labelOf([first]: readonly Inline[]): FilesLabel | undefined {
  const [, words] = (first?.type === "text" && /^\s*([^:：\n]{1,80})[:：]/.exec(first.value)) || [];
  return words === undefined ? undefined : filesLabelIn(words);
}

function isBoldLabel(node: Inline, next: Inline | undefined): boolean {
  if (node.type !== "strong") return false;
  const text = textOf(node).trim();
  if (/[:：]$/.test(text)) return true;
  if (isFileName(plainPath(text))) return false;
  return (next?.type === "text" && /^\s*[:：]/.test(next.value)) || filesLabelIn(text)?.isVerb === false;
}
