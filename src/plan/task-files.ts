import type { List, ListItem, Paragraph, PhrasingContent, RootContent } from "mdast";
import { toString as textOf } from "mdast-util-to-string";

/**
 * The paths that a task says it writes: inline code in what stands behind `Files:` and in the list below, without
 * line ranges, each once. Only code that looks like a path, and stands before an item's prose, counts.
 */
export function filesOf(body: readonly RootContent[]): string[] {
  return [...new Set(body.flatMap((node, at) => filesAt(node, body[at + 1])))];
}

function filesAt(node: RootContent, next: RootContent | undefined): string[] {
  if (node.type === "list") return node.children.flatMap(({ children }) => filesOf(children));
  if (node.type !== "paragraph") return [];
  const behind = behindLabel(node.children);
  if (!behind) return [];
  // Another label below, as in a paragraph of several, takes the list.
  const other = behind.findIndex(({ type }) => type === "strong");
  if (other >= 0) return pathsIn(behind.slice(0, other));
  return [...pathsIn(behind), ...(next?.type === "list" ? pathsInList(next) : [])];
}

/** What stands behind `**Files:**`, whose bold may name a place in code that is no file, or behind `Files:`. */
function behindLabel(nodes: readonly PhrasingContent[]): readonly PhrasingContent[] | undefined {
  const says = (node: PhrasingContent) => /^files?\b[^:]*(:|$)/i.test(textOf(node));
  const bold = nodes.findIndex((node) => node.type === "strong" && says(node));
  if (bold >= 0) return nodes.slice(bold + 1);
  const [first] = nodes;
  return first?.type === "text" && /^files?\b[^:]*:/i.test(first.value) ? nodes : undefined;
}

const pathsInList = (list: List): string[] => list.children.flatMap(pathsInItem);

/** `Create: …`, `Modify: …`, `Test: …`; not what the task reads or runs. */
function pathsInItem(item: ListItem): string[] {
  const [first, second] = item.children;
  if (first?.type !== "paragraph" || onlyReads(first)) return [];
  const own = pathsIn(first.children);
  return own.length === 0 && second?.type === "list" ? pathsInList(second) : own;
}

const onlyReads = (item: Paragraph): boolean =>
  /^\W*(read|refer|see|run|build|verify|check|grep|depends|no|none)\b|^\W*reference/i.test(textOf(item));

/** The first inline code and those that follow it as a list; prose ends it. */
function pathsIn(nodes: readonly PhrasingContent[]): string[] {
  const from = nodes.findIndex(({ type }) => type === "inlineCode");
  if (from < 0) return [];
  const end = nodes.findIndex((node, at) => at > from && node.type !== "inlineCode" && !joins(node));
  const codes = nodes
    .slice(from, end < 0 ? undefined : end)
    .flatMap((node) => (node.type === "inlineCode" ? [node.value] : []));
  return codes.map((code) => code.trim().replace(/(?:#L\d|:)[^/\\]*$/, "")).filter(isPath);
}

/** A comma and the like between two paths, perhaps with a remark in brackets: `a.ts` (new), `b.ts`. */
const joins = (node: PhrasingContent): boolean =>
  /^\s*(?:\([^()]*\)\s*)?(?:[,;+&/→]|->|and|or|plus|to)?\s*$/i.test(textOf(node));

const isPath = (code: string): boolean =>
  /^[^\s`'"$()<>|;&]+$/.test(code) && /[/.]|file$/i.test(code) && !/^(\w+:\/\/|-)/.test(code);
