import type { FileUse } from "../../../schemas/plan.ts";
import type { Inline } from "../../text/markdown.ts";
import { expandBraces } from "./braces.ts";
import { isFileName, isPlacedPath, plainPath } from "./file-names.ts";
import { namesNoUse, useIn } from "./file-verbs.ts";
import { type PathWord, pathWords, withoutStop } from "./path-words.ts";

/** A path of a task's `Files:`, without line range, and how the task uses it. */
export interface UsedFile {
  readonly path: string;
  readonly use: FileUse;
}

/**
 * Reads the first path of a line and those that follow it as a list, possibly after another verb; prose ends the list.
 * A path that is given as an example or under a condition is ignored. With `isStrict`, only texts that are files in any
 * context count.
 */
export function pathsInLine(nodes: readonly Inline[], first: FileUse, { isStrict = false } = {}): UsedFile[] {
  const words = pathWords(nodes);
  const { from, before } = firstPath(words);
  const last = before.slice(-80);
  if (from < 0 || namesNoUse(before) || isExample.test(last) || isSource.test(last)) return [];
  let use = useIn(lastWord(last)) ?? useIn(before) ?? first;
  if (use === "read" && isPlace.test(last)) return [];
  const found: UsedFile[] = [];
  let isPath = isStrict ? isFileName : isPlacedPath;
  for (const [at, word] of words.entries()) {
    if (at < from) continue;
    if (word.path === undefined) {
      if (!joins(word.text)) break;
      use = useIn(lastWord(word.text)) ?? use;
      continue;
    }
    const remark = words[at + 1]?.text ?? "";
    if (isUncertain.test(remark) || isConditional.test(remark)) continue;
    const own = useWith(remark, use);
    const paths = expandBraces(plainPath(word.path));
    if (!paths.every(isPath)) continue;
    for (const path of paths) found.push({ path, use: own });
    // A name without an extension among files is something else: a route, a package.
    if (paths.every(isFileName)) isPath = isFileName;
  }
  return found;
}

/** The index of a line's first path, and the text before it. */
function firstPath(words: readonly PathWord[]): { from: number; before: string } {
  let before = "";
  for (const [at, { text, path, isBare }] of words.entries()) {
    if (path !== undefined && (!isBare || isLead(before))) return { from: at, before };
    before += text;
  }
  return { from: -1, before };
}

/** Whether a bare path counts: at the start of a line, or after a label or verb without prose. */
const isLead = (before: string): boolean =>
  before.length <= 100 && leads.test(before) && !/\b(?:see|in|from|per|like|via|with|using)\b/i.test(before);
const leads =
  /^[^\p{L}\p{N}]*(?:x\][^\p{L}\p{N}]*)?(?:[^:：.]{1,60}[:：]|(?:(?:create|write|add|modify|edit|update|change|delete|remove|rename|move|extend|to|and|the|a|new|existing|root|file|创建|新建|新增|修改|更新|删除|测试) ?){0,3})[ "'“*]*$/iu;

/** Whether a text names a path at all, including examples and conditions. */
export const mentionsPath = (text: string): boolean =>
  text
    .split(/[\s,;()（）、，：]+/)
    .some((word) => /[/.]/.test(word) && isPlacedPath(plainPath(withoutStop(word))));

/** Whether a line begins with a path. */
export function startsWithPath(nodes: readonly Inline[]): boolean {
  const [first, second] = pathWords(nodes).filter(({ text }) => text.trim() !== "");
  const word = first?.path === undefined && useIn(first?.text ?? "") ? second : first;
  return word?.path !== undefined && isFileName(plainPath(word.path));
}

/** Reads the remark after a path: `(new)`, `(read-only: …)`, `— unchanged`. An existing test is only read. */
function useWith(remark: string, use: FileUse): FileUse {
  if (/^[\s—–-]*\(?(?:unchanged|no changes?|do not (?:modify|touch))\b/i.test(remark)) return "read";
  if (use === "test" && /^\s*\((already )?exist/i.test(remark)) return "read";
  const [, told = ""] =
    /^\s*[(（]((?:new|create|modify|edit|update|read(?:-only)?)(?=\s*[,;:)—–])|新建|新增|创建|修改|更新|只读)/i.exec(
      remark,
    ) ?? [];
  return useIn(told) ?? use;
}

const lastWord = (text: string): string => /([\p{L}\p{N}_]+)[^\p{L}\p{N}_]*$/u.exec(text)?.[1] ?? "";

const isExample = /\b(e\.g\.|for example|such as)\W*$/i;
/** Words for sources that files are made from. */
const isSource = /\b(from|based on)\W*$/i;
/** Words for unnamed files in a directory: reading some of it claims none of it. */
const isPlace = /\bfiles\s+(in|under|within)\W*$/i;
const isUncertain =
  /^[\s,]*\(?\s*(or (similar|equivalent)|if (needed|necessary|required|applicable|present)|if (it )?exists\b(?!.*\bcreate)|(created|written|done) (in|by) task\b)/i;
const isConditional = /^\s*\([^()]*\bif (confirmed|needed|necessary|required)\)/i;

/** A comma or the like between two paths, possibly with a remark or a verb: `a.ts` (new), edit `b.ts`. */
const joins = (text: string): boolean =>
  text.length <= 300 &&
  /^["'”’]?\s*(?:\([^()]*\)\s*|（[^（）]*）\s*)?(?:[,;+&/→.、，；]|->|and|or|plus|to|和|与|及)?\s*(?:and\s+)?(?:(?:create|modify|edit|update|test|read)s?:?|(?:创建|新建|新增|修改|更新|测试)[:：]?)?\s*["'“‘]?$/i.test(
    text,
  );
