import { titleKey } from "../../text/title-key.ts";
import type { TaskFacts } from "../inferred/task-evidence.ts";
import { withoutExceptions } from "./negation.ts";
import type { References } from "./references.ts";

/** What the value of a task's field names. */
export interface FieldValue {
  /** It says that the task waits for nothing. */
  readonly isNone: boolean;
  /** The tasks that it names, the one that has the field among them where it does. */
  readonly tasks: readonly number[];
  /** What it calls as tasks are called, with the word `Task` or without, and what no task of the plan is called. */
  readonly unknown: readonly { readonly name: string; readonly isSure: boolean }[];
}

/** Reads values of fields such as `Task 1 (types), Task 2`, `all prior tasks`, `the previous task`, `Phase 1`. */
export function fieldReader(
  tasks: readonly TaskFacts[],
  references: References,
): (value: string, at: number) => FieldValue {
  const byNumber = new Map(tasks.map(({ at, task }) => [task.number.toLowerCase(), at]));
  const byTitle = new Map<string, number | undefined>();
  for (const { at, title } of tasks)
    byTitle.set(titleKey(title), byTitle.has(titleKey(title)) ? undefined : at);
  const byGroup = new Map<string, number[]>();
  for (const { at, task } of tasks) {
    const name = groupName(task.group);
    const members = byGroup.get(name);
    if (members) members.push(at);
    else byGroup.set(name, [at]);
  }
  const before = (at: number) => tasks.slice(0, at).map((task) => task.at);

  const listed = (list: string, at: number): number[] => {
    const named = references.inField(list);
    const group = named.length > 0 ? [] : grouped(list, at);
    if (group.length > 0) return group;
    if (isAll(list) || areEarlier.test(list)) return before(at);
    if (isPrevious.test(list)) return before(at).slice(-1);
    const titled = [list, ...list.split(/[,;]/), ...list.split(/[,;]|\band\b|&/i)].flatMap(
      (part) => byTitle.get(titleKey(withoutMarks(part))) ?? [],
    );
    const parts = called(list).flatMap(({ name }) => byNumber.get(name.toLowerCase()) ?? []);
    // Among words only what no number of something else looks like.
    const ids = list
      .split(/[\s,;()&+/]+/)
      .flatMap((word) => (isId.test(word) ? (byNumber.get(word.toLowerCase()) ?? []) : []));
    return [...new Set([...named, ...titled, ...parts, ...ids])];
  };
  /** `Phase 1`: all tasks under the heading of that name, which is another's than the field's. */
  const grouped = (list: string, at: number): number[] => {
    const found = [...list.matchAll(group)].flatMap(([name]) => byGroup.get(groupName(name)) ?? []);
    return found.includes(at) ? [] : found;
  };

  return (value, at) => {
    const { kept, left } = withoutExceptions(value);
    const out = new Set(left.flatMap(references.inField));
    const named = listed(kept, at).filter((other) => !out.has(other));
    const isNone = saysNone.test(value);
    const unknown = called(kept).filter(({ name }) => !byNumber.has(name.toLowerCase()));
    return isNone ? { isNone, tasks: [], unknown: [] } : { isNone, tasks: named, unknown };
  };
}

const saysNone = /^\W*(none|nothing|no\b|n\/a|independent|[—–-]\s*$)|^\W*(?:无|没有)(?!\p{L})/iu;
const isPrevious = /^\W*(?:the\s+)?(?:previous|prior|preceding|last)(?:\s+(?:task|one))?\W*$/i;
const areEarlier =
  /^\W*(?:the\s+)?(?:(?:previous|prior|preceding|earlier)\s+tasks|tasks\s+above)\b|^\W*all\s+(?:of\s+(?:the\s+above|them)|previous|prior|preceding|earlier)\W*$/i;
const group = /\b(?:phase|wave|stage|batch|milestone|part)\s+(?:\d+|[A-Z])\b/gi;

const groupName = (heading = ""): string =>
  /^\W*([a-z]+\s+(?:\d+|[a-z])\b)/i.exec(heading)?.[1]?.replace(/\s+/g, " ").toLowerCase() ?? "";

const withoutMarks = (text: string): string => text.replace(/^[\s"“”'‘’]+|[\s"“”'‘’*_.]+$/g, "");
const isId = /^[A-Z]{1,3}\d{1,6}(?:\.\d{1,6}){0,6}[a-z]?[.:]?$/;

/** The parts of a list that are called as tasks are: `Task 9`, `B2`, and both ends of `3-5`. `#12` may be an issue. */
const called = (list: string): { name: string; isSure: boolean }[] =>
  list
    .replace(/\([^()]*\)/g, " ")
    .split(/[,;&+/–—-]|\b(?:and|or|to|through)\b/i)
    .flatMap((part) => {
      const typo = misspelt.exec(part);
      if (typo) return [{ name: typo[0].trim(), isSure: true }];
      const [, word, name] = call.exec(part) ?? [];
      return name === undefined ? [] : [{ name, isSure: word !== undefined }];
    });
const misspelt =
  /^\s*(?!tasks?\b|to\b|than\b|tests?\b|tier\b|track\b|topic\b|ticket\b)t[a-z]{1,4}\s+#?\d{1,3}\s*$/i;
const call = /^[\s*_]*([Tt]asks?\s+#?)?([A-Z]{0,3}\d{1,6}(?:\.\d{1,6}){0,6}[a-z]?|[A-Z])[\s*_.]*$/;

/** `all prior tasks`, `everything above`, `all`. */
export const isAll = (text: string): boolean =>
  /\b(all|every)\s+(the\s+)?(prior|previous|preceding|earlier|other|above|of the above)?\s*(tasks?|prior|above|others?)\b|\beverything\b|^\W*all\W*$/i.test(
    text,
  );
