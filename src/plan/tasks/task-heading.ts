import { type Heading, type Paragraph, textOf } from "../../text/markdown.ts";

/** A task's number and title, from its heading. */
export interface TaskName {
  readonly number: string;
  readonly title: string;
}

/** A check mark, an emoji, a ticked or empty box, or the like. */
const ornament = String.raw`(?:[^\p{L}\p{N}]|x(?=\]))*`;
/** What may precede the word: `2. Task 2: …`, `Phase 1 / Task 2: …`. */
const before = String.raw`((?:\d{1,4}[.)]|(?:Phase|Part|Wave|Stage|Chunk|Sprint|Milestone|Epic)\s[\w.]{1,8}\s?[/:—–-])\s)?`;
/** `3`, `1.2`, `A1`, `F4.1`, `3b`; bounded because it becomes an id. */
const digits = String.raw`[A-Za-z]{0,3}\d{1,6}(?:\.\d{1,6}){0,6}[a-z]?`;
const words =
  "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(
    " ",
  );
const heading = new RegExp(
  String.raw`^${ornament}${before}Task(?:\s+Group)?[\s-]+#?(?:(${digits})(?![\p{L}\p{N}])|([A-Z])(?=\s*[:：–—])|(${words.join("|")})(?!\p{L}))(.*)$`,
  "iu",
);
/** The same in other languages, which require a separator. */
const abroad = new RegExp(
  String.raw`^${ornament}()(?:任务|任務|タスク|작업|Aufgabe|Tarefa|Tarea|Tâche|Задача)\s*#?(?:(${digits})(?![\p{L}\p{N}])|([一二三四五六七八九十])(?=\s*[:：–—、]))()(.*)$`,
  "iu",
);
/** The number before the word: `5. Task: Title`. */
const listed = new RegExp(String.raw`^${ornament}(\d{1,4})[.)]\sTask\s?[:：]\s*(\S.*)$`, "iu");
const short = new RegExp(String.raw`^${ornament}(T-?\d{1,4}[a-z]?)\s?[:：—–]\s*(\S.*)$`, "u");
const evident = new RegExp(String.raw`^${ornament}(?:\d{1,4}[.)]\s)?Task\s?[:：—–]\s*\S`, "iu");
const several = new RegExp(
  String.raw`^${ornament}Tasks\s(\d{1,4})\s?(?:[–—,&+-]|to\s|and\s)\s?\d{1,4}\s?[:：—–]`,
  "iu",
);
/** `Task 3/20`. */
const total = /^\s?(?:\/|of\s)\s?\d{1,4}(?![\p{L}\p{N}])/iu;
/** What separates number and title, remarks included: `:`, `.`, `)`, a dash; `(optional):`, `[P0] —`, `：`. */
const separated = /^\s*(?:(?:[([（][^)\]）]*[)\]）]\s*)*[:：.、)/–—-]+\s*(.*))?$/u;

/**
 * Parses a heading such as `Task 3: Title` or `Task Group 3: …`, also if it is struck through or ticked: a plan that is
 * run again still names its finished tasks. Returns undefined if it is not a task's. `isTaken` says whether an earlier
 * task has a number. Without a separator, as in `Task 3 Title`, only the first heading of a number is a task:
 * `Task 3 notes` after task 3 is about that task.
 */
export function taskName(text: string, isTaken: (number: string) => boolean): TaskName | undefined {
  const [, inList, listTitle = ""] = listed.exec(text) ?? [];
  if (inList) return { number: inList, title: listTitle };
  const foreign = abroad.exec(text);
  const [, prefix, numbered, letter, word, rest = ""] = heading.exec(text) ?? foreign ?? [];
  const number = numbered ?? numberOf(letter) ?? numberOf(word);
  if (number === undefined) return undefined;
  const behind = separated.exec(rest.replace(total, ""));
  const isFirst = /^\d/.test(numbered ?? "") && !isTaken(number.toLowerCase());
  if (!behind && (!isFirst || prefix || foreign || !/^\s/.test(rest))) return undefined;
  const title = (behind ? (behind[1] ?? "") : rest).trim();
  return { number, title: title || `Task ${number}` };
}

/** Parses `T3: Title`, a task's heading in plans that name all tasks so. */
export function shortName(text: string): TaskName | undefined {
  const [, number, title = ""] = short.exec(text) ?? [];
  return number ? { number, title } : undefined;
}

/** Whether a heading is a task's without a number, as in `Task: Title`: nothing can refer to it. */
export const hasNoNumber = (text: string): boolean => evident.test(text);

/** Returns the first number of a heading for several tasks, such as `Tasks 4-6: Title`. */
export const firstOfSeveral = (text: string): string | undefined => several.exec(text)?.[1];

function numberOf(word: string | undefined): string | undefined {
  if (!word) return undefined;
  const at = Math.max(words.indexOf(word.toLowerCase()), "一二三四五六七八九十".indexOf(word));
  return at < 0 ? word : String(at + 1);
}

/** The text of a heading or paragraph on one line, without its markup. */
export const headingText = (node: Heading | Paragraph): string =>
  textOf(node).replaceAll("~~", "").replace(/\s+/g, " ").trim();

/** Returns an id, with a number appended if it is taken, and takes it. */
export function freeId(id: string, ids: Set<string>): string {
  let free = id;
  for (let count = 2; ids.has(free); count += 1) free = `${id}-${count}`;
  ids.add(free);
  return free;
}
