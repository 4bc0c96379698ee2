import type { Heading } from "mdast";
import { toString as textOf } from "mdast-util-to-string";

/** What the heading of a task says. */
export interface TaskName {
  readonly number: string;
  readonly title: string;
}

/** A check mark, an emoji, a ticked or empty box, or the like. */
const ornament = String.raw`(?:[^\p{L}\p{N}]|x(?=\]))*`;
/** `3`, `1.2`, `A1`, `F4.1`, `3b`; bounded, since it becomes an id. */
const digits = String.raw`[A-Za-z]{0,3}\d{1,6}(?:\.\d{1,6}){0,6}[a-z]?`;
const heading = new RegExp(
  String.raw`^${ornament}Task(?:\s+Group)?[\s-]+#?(?:(${digits})(?![\p{L}\p{N}])|([A-Z])(?=\s*[:：–—]))(.*)$`,
  "iu",
);
/** What stands between number and title, remarks included: `:`, `.`, `)`, a dash; `(optional):`, `[P0] —`, `：`. */
const separated = /^\s*(?:(?:[([（][^)\]）]*[)\]）]\s*)*[:：.、)–—-]+\s*(.*))?$/u;

/** The author says that there is nothing to do: `Task 7: Optimize x (already Task 1 — skip)`. */
const isSkipped = (title: string): boolean => /\((?:[^()]*(?:[–—:;,]|\s-)\s*)?skip(?:ped)?\)$/i.test(title);

/**
 * Reads a heading of level 2 to 4 as that of a task: `Task 3: Title` and its kin (`Task Group 3: …`), also struck through or ticked off,
 * which says that the task is done and takes nothing away: those who re-run a plan name it. `numbers` are those of
 * the tasks before. Without anything between number and title, as in `Task 3 Title`, it is a task only where it is
 * the first of that number: `Task 3 notes` behind task 3 is about it.
 */
export function taskName(node: Heading, numbers: ReadonlySet<string>): TaskName | undefined {
  if (node.depth < 2 || node.depth > 4) return undefined;
  const text = oneLine(node).replace(/\s*\[[ xX]?\]$/, "");
  const [, numbered, letter, rest = ""] = heading.exec(text) ?? [];
  const number = numbered ?? letter;
  if (number === undefined) return undefined;
  const behind = separated.exec(rest);
  if (!behind && (numbers.has(number.toLowerCase()) || !/^\d/.test(number))) return undefined;
  const title = (behind ? (behind[1] ?? "") : rest).trim();
  return isSkipped(title) ? undefined : { number, title: title || `Task ${number}` };
}

/** A heading's text without its marks. */
export const oneLine = (node: Heading): string =>
  textOf(node).replaceAll("~~", "").replace(/\s+/g, " ").trim();

/** The first task of a number keeps the id; a later one gets the next free number behind it. */
export function freeId(id: string, ids: Set<string>): string {
  let free = id;
  for (let count = 2; ids.has(free); count += 1) free = `${id}-${count}`;
  ids.add(free);
  return free;
}
