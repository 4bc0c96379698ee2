import MarkdownIt, { type Token } from "markdown-it";

/** A block of markdown, with the lines that it begins and ends on, counted from 1. */
export type Block = Heading | Paragraph | List | Code | Html | Quote | Rule;

interface Lines {
  readonly line: number;
  readonly lastLine: number;
}
export interface Heading extends Lines {
  readonly type: "heading";
  readonly depth: number;
  readonly children: readonly Inline[];
}
export interface Paragraph extends Lines {
  readonly type: "paragraph";
  readonly children: readonly Inline[];
}
export interface List extends Lines {
  readonly type: "list";
  readonly children: readonly ListItem[];
}
export interface ListItem extends Lines {
  readonly type: "item";
  readonly children: readonly Block[];
}
export interface Quote extends Lines {
  readonly type: "quote";
  readonly children: readonly Block[];
}
export interface Code extends Lines {
  readonly type: "code";
  /** The first word after the opening fence; empty if there is none. */
  readonly lang: string;
  readonly value: string;
}
export interface Html extends Lines {
  readonly type: "html";
  readonly value: string;
}
export interface Rule extends Lines {
  readonly type: "rule";
}

/** A part of a line; a line break within a paragraph is part of the text. */
export type Inline =
  | { readonly type: "text" | "inlineCode" | "html"; readonly value: string }
  | { readonly type: "break" }
  | { readonly type: "strong" | "emphasis"; readonly children: readonly Inline[] }
  | { readonly type: "link"; readonly url: string; readonly children: readonly Inline[] };

type Node = Block | ListItem | Inline;

/** Deeper blocks are part of their parent's text: nobody nests so far, and the parser's stack is finite. */
const maxNesting = 100;
const markdown = new MarkdownIt("commonmark", { maxNesting });
// Links are read for the files that they name, as written.
markdown.normalizeLink = (url) => url;
markdown.validateLink = () => true;

/** Splits a text into lines, each with its line end. */
export const linesOf = (text: string): string[] => text.split(/(?<=\r\n|\n|\r(?!\n))/);

/** Parses the blocks of a text as CommonMark defines them. */
export const blocksIn = (lines: readonly string[]): Block[] =>
  nodesOf(markdown.parse(lines.join(""), {}), lines) as Block[];

/** The text of a node without its markup. */
export function textOf(node: Node): string {
  const texts: string[] = [];
  // Not by recursion: emphasis can be nested as deeply as a line is long.
  const open: Node[] = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ("value" in next) texts.push(next.value);
    else if ("children" in next) for (const child of next.children.toReversed()) open.push(child);
  }
  return texts.join("");
}

/** Turns a flat list of tokens, which open and close, into nodes with children. */
function nodesOf(tokens: readonly Token[], lines: readonly string[]): Node[] {
  const open: Node[][] = [[]];
  for (const token of tokens) {
    const siblings = open.at(-1) as Node[];
    const children: Node[] = [];
    if (token.nesting === 1) open.push(children);
    if (token.nesting === -1) open.pop();
    else if (token.type === "inline") for (const node of inlinesOf(token, lines)) siblings.push(node);
    else siblings.push(blockOf(token, children, lines) ?? inlineOf(token, children));
  }
  return open[0] as Node[];
}

/** The nodes of a text. Escapes and line breaks are tokens of their own, but part of the text around them. */
function inlinesOf({ children }: Token, lines: readonly string[]): Node[] {
  const joined: Node[] = [];
  for (const node of nodesOf(children ?? [], lines)) {
    const last = joined.at(-1);
    if (node.type !== "text") joined.push(node);
    else if (last?.type === "text")
      joined[joined.length - 1] = { type: "text", value: last.value + node.value };
    else if (node.value !== "") joined.push(node);
  }
  return joined;
}

/** The block that a token begins, whose children are filled in later. */
function blockOf(token: Token, nodes: Node[], source: readonly string[]): Block | ListItem | undefined {
  const children = nodes as Block[];
  const lines = linesOfBlock(token, source);
  const value = token.content.replace(/\n$/, "");
  switch (token.type) {
    case "heading_open":
      return { type: "heading", depth: Number(token.tag.slice(1)), children: nodes as Inline[], ...lines };
    case "paragraph_open":
      return { type: "paragraph", children: nodes as Inline[], ...lines };
    case "bullet_list_open":
    case "ordered_list_open":
      return { type: "list", children: nodes as ListItem[], ...lines };
    case "list_item_open":
      return { type: "item", children, ...lines };
    case "blockquote_open":
      return { type: "quote", children, ...lines };
    case "fence":
    case "code_block":
      return { type: "code", lang: token.info.trim().split(/\s/)[0] ?? "", value, ...lines };
    case "html_block":
      return { type: "html", value, ...lines };
    case "hr":
      return { type: "rule", ...lines };
    default:
      return undefined;
  }
}

function inlineOf(token: Token, nodes: Node[]): Inline {
  const { type, content } = token;
  const children = nodes as Inline[];
  switch (type) {
    case "code_inline":
      return { type: "inlineCode", value: content };
    case "html_inline":
      return { type: "html", value: content };
    case "softbreak":
      return { type: "text", value: "\n" };
    case "hardbreak":
      return { type: "break" };
    case "strong_open":
      return { type: "strong", children };
    case "em_open":
      return { type: "emphasis", children };
    case "link_open":
      return { type: "link", url: String(token.attrGet("href") ?? ""), children };
    default:
      return { type: "text", value: content };
  }
}

/** The lines of a block, without the blank ones that the parser counts at the end of a list. */
function linesOfBlock({ map, type }: Token, source: readonly string[]): Lines {
  const [first, end] = map ?? [0, 0];
  let last = end;
  if (type !== "fence") while (last > first + 1 && source[last - 1]?.trim() === "") last -= 1;
  return { line: first + 1, lastLine: last };
}
