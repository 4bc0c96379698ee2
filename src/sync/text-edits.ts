import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  stringify,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { keyOf } from "../yaml/yaml-nodes.ts";

/**
 * Edits a YAML text at the places of its nodes. Everything else stays byte for byte, while the library's own writing
 * formats the whole text anew.
 */
export class TextEdits {
  private readonly edits: { start: number; end: number; text: string }[] = [];
  private readonly eol: string;
  constructor(private readonly source: string) {
    this.eol = source.includes("\r\n") ? "\r\n" : "\n";
  }

  replace(start: number, end: number, text: string): void {
    this.edits.push({ start, end, text: text.replaceAll("\n", this.eol) });
  }

  /** Inserts whole lines, indented to a column, before the line that starts at an offset, or at the end of the text. */
  insertLines(at: number, column: number, lines: string): void {
    const isCut = at === this.source.length && at > 0 && this.source[at - 1] !== "\n";
    const text = lines.trimEnd().replace(/^(?=.)/gm, " ".repeat(column));
    this.replace(at, at, isCut ? `\n${text}` : `${text}\n`);
  }

  apply(): string {
    // An insertion comes before a replacement that starts at the same offset.
    const order = this.edits
      .map((edit, at) => ({ ...edit, at }))
      .sort((a, b) => a.start - b.start || a.end - b.end || a.at - b.at);
    const parts: string[] = [];
    let from = 0;
    for (const { start, end, text } of order) {
      parts.push(this.source.slice(from, start), text);
      from = end;
    }
    return [...parts, this.source.slice(from)].join("");
  }

  /** The start of the line after an offset, or the offset itself if it starts a line. */
  lineAfter(offset: number): number {
    if (offset > 0 && this.source[offset - 1] === "\n") return offset;
    const next = this.source.indexOf("\n", offset);
    return next < 0 ? this.source.length : next + 1;
  }

  columnOf(offset: number): number {
    return offset - (this.source.lastIndexOf("\n", offset - 1) + 1);
  }

  /** The start of the line after a block, including comments below it that are indented deeper than a column. */
  endOfBlock(node: Node, column: number): number {
    let at = this.lineAfter(lastOffset(node));
    for (let line = at; line < this.source.length; line = this.lineAfter(line + 1)) {
      const [, indent = "", rest] = /^([ \t]*)(.?)/.exec(this.source.slice(line, line + 400)) ?? [];
      if (rest === "#" && indent.length > column) at = this.lineAfter(line + 1);
      else if (rest !== "" && rest !== "\r") break;
    }
    return at;
  }

  setScalar(node: Scalar, value: unknown, isFlow: boolean): void {
    const [start, end] = node.range as [number, number, number];
    const previous = this.source.slice(start, end);
    this.replace(
      start,
      end,
      `${start === end ? " " : ""}${scalarText(value, isFlow, node)}${previous.endsWith("\n") ? "\n" : ""}`,
    );
  }

  setList(node: YAMLSeq, values: readonly unknown[]): void {
    const start = node.range?.[0] ?? 0;
    const text =
      node.flow || values.length === 0
        ? flowText(values)
        : indented(blockText(values), this.columnOf(start)).trimStart();
    this.replace(start, lastOffset(node), text);
  }

  /** Appends to a list, in its own style. */
  append(node: YAMLSeq, values: readonly unknown[]): void {
    if (node.flow) this.addFlow(node, values.map(flowText));
    else {
      const column = this.columnOf(node.range?.[0] ?? 0);
      this.insertLines(this.endOfBlock(node, column), column, blockText(values));
    }
  }

  addPair(map: YAMLMap, key: string, value: unknown): void {
    if (map.flow) this.addFlow(map, [`${key}: ${flowText(value)}`]);
    else {
      const column = this.columnOf(map.range?.[0] ?? 0);
      const text = isSimple(value) ? `${key}: ${flowText(value)}` : stringify({ [key]: value }, layout);
      this.insertLines(this.lineAfter(lastOffset(map)), column, text);
    }
  }

  /** Removes a pair, and its line if nothing else is on it. A comment after it is kept. */
  removePair(map: YAMLMap, pair: Pair): void {
    const start = (pair.key as Node).range?.[0] ?? 0;
    const end = lastOffset(pair);
    const line = this.source.lastIndexOf("\n", start - 1) + 1;
    const next = this.lineAfter(end);
    const isAlone = (from: number, to: number) => this.source.slice(from, to).trim() === "";
    if (map.flow) {
      const comma = /^\s*,[ \t]*/.exec(this.source.slice(end, end + 400))?.[0];
      const before = /,[ \t]*$/.exec(this.source.slice(Math.max(0, start - 400), start))?.[0];
      this.replace(
        comma === undefined ? start - (before?.length ?? 0) : start,
        end + (comma?.length ?? 0),
        "",
      );
    } else if (isAlone(line, start) && isAlone(end, next)) this.replace(line, next, "");
    else this.replace(start, end, "");
  }

  private addFlow(node: YAMLMap | YAMLSeq, texts: readonly string[]): void {
    const last = node.items.at(-1);
    const at = last ? lastOffset(last) : (node.range?.[0] ?? 0) + 1;
    this.replace(at, at, last ? `, ${texts.join(", ")}` : texts.join(", "));
  }
}

const layout = { lineWidth: 110, flowCollectionPadding: false } as const;
const isSimple = (value: unknown): boolean =>
  !Array.isArray(value) || value.every((one) => typeof one === "string");

export const blockText = (value: unknown): string => stringify(value, layout);
const indented = (text: string, column: number): string =>
  text.trimEnd().replace(/\n(?=.)/g, `\n${" ".repeat(column)}`);

/** A value in flow style, on one line. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}: ${flowText(inner)}`)
      .join(", ")}}`;
  return scalarText(value, true);
}

/** A scalar on one line, in the quotes of the previous one. */
function scalarText(value: unknown, isFlow: boolean, before?: Scalar): string {
  if (typeof value !== "string") return String(value);
  const type = before?.type;
  const quotes = type === Scalar.QUOTE_SINGLE || type === Scalar.QUOTE_DOUBLE ? type : undefined;
  const text = stringify(value, {
    lineWidth: 0,
    blockQuote: false,
    doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
    ...(quotes ? { defaultStringType: quotes } : {}),
  }).trimEnd();
  const isPlain = !/^["']/.test(text);
  return text.includes("\n") || (isFlow && isPlain && /[,[\]{}]/.test(text)) ? JSON.stringify(value) : text;
}

/** The end of the last content of a node, without comments and line breaks after it. */
export function lastOffset(node: unknown): number {
  if (isPair(node)) return isEmpty(node.value) ? endOfKey(node) : lastOffset(node.value);
  if (isCollection(node) && !node.flow && node.items.length > 0) return lastOffset(node.items.at(-1));
  return (node as Node | null)?.range?.[1] ?? 0;
}

const isEmpty = (node: unknown): boolean =>
  !isNode(node) || (isScalar(node) && node.range?.[0] === node.range?.[1] && !node.anchor && !node.tag);
const endOfKey = ({ key, value }: Pair): number =>
  Math.max((key as Node).range?.[1] ?? 0, (value as Node | null)?.range?.[0] ?? 0);

/** The pair of a key in a map itself, not in the maps that it merges. */
export const ownPair = (map: unknown, key: string): Pair | undefined =>
  isMap(map) ? map.items.find((pair) => keyOf(pair) === key) : undefined;

/** Why a value cannot be set in place: it is shared through an alias, or a list with comments, which allows only additions. */
export function findLock(task: unknown, key: string): "alias" | "comments" | undefined {
  if (!isMap(task) || task.anchor || task.tag || ownPair(task, "<<")) return "alias";
  const pair = ownPair(task, key);
  if (!pair) return undefined;
  const { value } = pair;
  if (!isNode(value)) return task.flow ? "alias" : undefined;
  if (isEmpty(value)) return task.flow ? "alias" : undefined;
  let found: "alias" | "comments" | undefined;
  visit(value, (at, node) => {
    if (!isNode(node)) return undefined;
    if (isAlias(node) || node.anchor || node.tag) found = "alias";
    else if (isSeq(value) && (node.comment || (node.commentBefore && !(at === 0 && node === value.items[0]))))
      found ??= "comments";
    return found === "alias" ? visit.BREAK : undefined;
  });
  return found;
}
