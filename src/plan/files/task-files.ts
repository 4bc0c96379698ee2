import type { FileUse } from "../../../schemas/plan.ts";
import { type Block, type Inline, type List, type ListItem, textOf } from "../../text/markdown.ts";
import { type LabelledFiles, labelledFiles } from "./file-labels.ts";
import { columnsOf, linesIn, tableRows } from "./file-tables.ts";
import { filesLabelIn, namesNoUse, promisesNone, useIn } from "./file-verbs.ts";
import { mentionsPath, pathsInLine, type UsedFile } from "./paths-in-line.ts";

export interface Unread {
  readonly line: number;
  readonly text: string;
}

/** The files that a task's labels list. */
export interface TaskFiles {
  readonly uses: readonly UsedFile[];
  /** Texts after labels that name no path, with the labels' lines. */
  readonly unread: readonly Unread[];
}

/**
 * Reads the paths after `Files:` and in the list or table below: those before a line's prose, each with how it is used
 * according to its verb, `Create: …`, `Modify: …`, `Test: …`, `Read: …`. Such a verb may be a label of its own.
 */
export function filesOf(body: readonly Block[]): TaskFiles {
  const labels = labelledFiles(body).map((one) => ({ ...one, uses: usesIn(one) }));
  return {
    uses: labels.flatMap(({ uses }) => uses),
    unread: labels.flatMap((one) => (one.uses.length === 0 ? unreadIn(one) : [])),
  };
}

const usesIn = ({ label: { use }, blocks, isAlone }: LabelledFiles): UsedFile[] =>
  blocks.flatMap((block) => {
    if (!("type" in block)) return usesInText(block, use, isAlone);
    if (block.type === "list") return usesInList(block, use, isAlone);
    return isTree.test(block.value)
      ? []
      : block.value.split("\n").flatMap((line) => pathsInLine([wordsOf(line)], use));
  });

/** A drawing of a directory tree, whose lines are not paths. */
const isTree = /[├└│]|^\S+\/\s*$\n\s/m;
const wordsOf = (value: string): Inline => ({ type: "text", value });

function usesInText(nodes: readonly Inline[], use: FileUse, isStrict: boolean): UsedFile[] {
  const rows = tableRows(nodes);
  if (rows.length > 0) return usesInTable(rows, use);
  return itemsIn(nodes).flatMap((line) => pathsInLine(line, use, { isStrict }));
}

/** Splits lines into items: a line that begins with a verb starts an item, others continue the one above. */
function itemsIn(nodes: readonly Inline[]): Inline[][] {
  const items: Inline[][] = [];
  for (const line of linesIn(nodes)) {
    const [, words = ""] = /^\s*([^:：]{1,40})[:：]/.exec(inText(line)) ?? [];
    if (items.length === 0 || filesLabelIn(words)?.isVerb) items.push([]);
    for (const node of [{ type: "text", value: " " } as const, ...line]) items.at(-1)?.push(node);
  }
  return items;
}

const inText = (nodes: readonly Inline[]): string => nodes.map((node) => textOf(node)).join("");

const usesInList = (list: List, use: FileUse, isStrict: boolean): UsedFile[] =>
  list.children.flatMap((item) => usesInItem(item, use, isStrict));

function usesInItem({ children: [first, second] }: ListItem, use: FileUse, isStrict: boolean): UsedFile[] {
  if (first?.type !== "paragraph") return [];
  const own = pathsInLine(first.children, use, { isStrict });
  if (own.length > 0 || second?.type !== "list") return own;
  const text = textOf(first);
  return namesNoUse(text) ? [] : usesInList(second, useIn(text) ?? use, isStrict);
}

/** Reads the paths in a table's column of files, with the verbs in its column of actions. */
function usesInTable(rows: readonly (readonly Inline[])[][], use: FileUse): UsedFile[] {
  const [heads = [], ...others] = rows;
  const { files, action } = columnsOf(heads);
  const at = Math.max(0, files);
  return others.flatMap((cells) => {
    const said = inText(cells[action] ?? []).trim();
    const isVerb = filesLabelIn(said)?.isVerb;
    if (/^(?:no changes?|unchanged|read[ -]?only|context|reference)\b/i.test(said))
      return pathsInLine(cells[at] ?? [], "read");
    return pathsInLine(cells[at] ?? [], isVerb ? (useIn(said) ?? use) : use);
  });
}

/** Returns a text in which no path was found, unless it means `none`. */
function unreadIn({ label, line, blocks }: LabelledFiles): Unread[] {
  if (label.isVerb) return [];
  const texts = blocks.flatMap((block) => {
    if (!("type" in block)) return [inText(block)];
    return block.type === "list" ? block.children.map((item) => textOf(item)) : [block.value];
  });
  const [text] = texts;
  const isTold = texts.some((one) => promisesNone(one) || (mentionsPath(one) && !isTree.test(one)));
  return text === undefined || isTold ? [] : [{ line, text: text.trim() }];
}
