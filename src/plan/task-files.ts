import type { List, ListItem, PhrasingContent, RootContent } from "mdast";
import { toString as textOf } from "mdast-util-to-string";
import type { FileUse } from "../../schemas/plan.ts";
import { expandBraces } from "./braces.ts";

/** A path of a task's `Files:`, without line range, and what the task does with it. */
export interface UsedFile {
  readonly path: string;
  readonly use: FileUse;
}

/**
 * The paths that stand behind `Files:` and in the list below: inline code that looks like a path and stands before an
 * item's prose, each with what its verb says, `Create: …`, `Modify: …`, `Test: …`, `Read: …`. A path that the author
 * gives as an example or under a condition is no promise and left out.
 */
export function filesOf(body: readonly RootContent[]): UsedFile[] {
  return body.flatMap((node, at) => filesAt(node, body[at + 1]));
}

function filesAt(node: RootContent, next: RootContent | undefined): UsedFile[] {
  if (node.type === "list") return node.children.flatMap(({ children }) => filesOf(children));
  if (node.type !== "paragraph") return [];
  const behind = behindLabel(node.children);
  if (!behind) return [];
  const use = useIn(behind.label) ?? "modify";
  // Another label below, as in a paragraph of several, takes the list.
  const other = behind.nodes.findIndex(({ type }) => type === "strong");
  if (other >= 0) return pathsIn(behind.nodes.slice(0, other), use);
  return [...pathsIn(behind.nodes, use), ...(next?.type === "list" ? pathsInList(next, use) : [])];
}

/** What stands behind `**Files:**`, whose bold may name a place in code that is no file, or behind `Files:`. */
function behindLabel(
  nodes: readonly PhrasingContent[],
): { label: string; nodes: readonly PhrasingContent[] } | undefined {
  const says = (node: PhrasingContent) => /^files?\b[^:]*(:|$)/i.test(textOf(node));
  const bold = nodes.findIndex((node) => node.type === "strong" && says(node));
  if (bold >= 0) return { label: textOf(nodes[bold] as PhrasingContent), nodes: nodes.slice(bold + 1) };
  const [first] = nodes;
  const [label] = (first?.type === "text" && /^files?\b[^:]*:/i.exec(first.value)) || [];
  return label ? { label, nodes } : undefined;
}

const pathsInList = (list: List, use: FileUse): UsedFile[] =>
  list.children.flatMap((item) => pathsInItem(item, use));

function pathsInItem(item: ListItem, use: FileUse): UsedFile[] {
  const [first, second] = item.children;
  if (first?.type !== "paragraph") return [];
  const text = textOf(first);
  if (isNoFile.test(text)) return [];
  const own = pathsIn(first.children, useIn(text) ?? use);
  return own.length === 0 && second?.type === "list" ? pathsInList(second, useIn(text) ?? use) : own;
}

const isNoFile = /^\W*(run|build|verify|check|grep|depends|no|none)\b/i;

const verbs: readonly [FileUse, RegExp][] = [
  ["read", /^\W*(read|refer|reference|see|consult|keep|leave|unchanged)/i],
  ["test", /^\W*tests?\b/i],
  ["create", /^\W*(files?\s+(to\s+)?)?(create|new|add(?!\s+to)|generate|write)/i],
  [
    "modify",
    /^\W*(files?\s+(to\s+)?)?(modify|edit|update|change|delete|remove|rename|move|extend|add\s+to)/i,
  ],
];

const useIn = (text: string): FileUse | undefined => verbs.find(([, verb]) => verb.test(text))?.[0];

/** The first inline code and those that follow it as a list, perhaps behind another verb; prose ends it. */
function pathsIn(nodes: readonly PhrasingContent[], first: FileUse): UsedFile[] {
  const from = nodes.findIndex(({ type }) => type === "inlineCode");
  const before = textOfAll(nodes.slice(0, from));
  if (from < 0 || isExample.test(before) || isSource.test(before)) return [];
  if (first === "read" && isPlace.test(before)) return [];
  const found: UsedFile[] = [];
  let use = useIn(lastWord(before)) ?? first;
  for (const [at, node] of nodes.entries()) {
    if (at < from) continue;
    if (node.type === "inlineCode") {
      const path = node.value.trim().replace(/(?:#L\d|:)[^/\\]*$/, "");
      const remark = textOf(nodes[at + 1] ?? { type: "text", value: "" });
      if (isUncertain.test(remark) || isConditional.test(remark) || !isPath(path)) continue;
      const isThere = use === "test" && /^\s*\((already )?exist/i.test(remark);
      const [, told] = /^\s*\((new|create|modify|edit|update|read(?:-only)?)\s*[,;:)—–]/i.exec(remark) ?? [];
      const own = isThere ? "read" : (useIn(told ?? "") ?? use);
      for (const one of expandBraces(path)) found.push({ path: one, use: own });
      continue;
    }
    if (!joins(node)) break;
    use = useIn(lastWord(textOf(node))) ?? use;
  }
  return found;
}

const textOfAll = (nodes: readonly PhrasingContent[]): string => nodes.map((node) => textOf(node)).join("");
const lastWord = (text: string): string => /(\w+)\W*$/.exec(text)?.[1] ?? "";

const isExample = /\b(e\.g\.|for example|such as)\W*$/i;
/** What files are made from. */
const isSource = /\b(from|based on)\W*$/i;
/** Where files stand that are not named: to read some of a directory claims none of it. */
const isPlace = /\bfiles\s+(in|under|within)\W*$/i;
const isUncertain =
  /^[\s,]*\(?\s*(or (similar|equivalent)|if (needed|necessary|required|applicable|present)|if (it )?exists\b(?!.*\bcreate)|(created|written|done) (in|by) task\b)/i;
const isConditional = /^\s*\([^()]*\bif (confirmed|needed|necessary|required)\)/i;

/** A comma and the like between two paths, perhaps with a remark in brackets or a verb: `a.ts` (new), edit `b.ts`. */
const joins = (node: PhrasingContent): boolean =>
  /^\s*(?:\([^()]*\)\s*)?(?:[,;+&/→.]|->|and|or|plus|to)?\s*(?:and\s+)?(?:(?:create|modify|edit|update|test|read)s?:?)?\s*$/i.test(
    textOf(node),
  );

const isPath = (code: string): boolean =>
  /^[^\s`'"$()<>|;&]+$/.test(code) && /[/.]|file$/i.test(code) && !/^(\w+:\/\/|-)/.test(code);
