import type { PlanTask } from "../../../schemas/plan.ts";
import { titleKey } from "../../text/title-key.ts";
import { groupPairs } from "../group-pairs.ts";
import { splitExceptions } from "./negation.ts";
import type { References } from "./references.ts";

/** What the value of a task's field names. */
export interface FieldValue {
  /** The value says that the task depends on nothing. */
  readonly isNone: boolean;
  /** The tasks named, possibly including the one that has the field. */
  readonly tasks: readonly number[];
  /** Names shaped like a task's that no task of the plan has; `isSure` if the word `Task` precedes it. */
  readonly unknown: readonly { readonly name: string; readonly isSure: boolean }[];
}

export type FieldReader = (value: string, task: number) => FieldValue;

/** Creates a reader of field values such as `Task 1 (types), Task 2`, `all prior tasks`, `the previous task`, `Phase 1`. */
export function createFieldReader(tasks: readonly PlanTask[], references: References): FieldReader {
  const byNumber = new Map(tasks.map(({ number }, index) => [number.toLowerCase(), index]));
  const byTitle = groupPairs(tasks.map(({ title }, index) => [titleKey(title), index]));
  const byGroup = groupPairs(tasks.map(({ group }, index) => [groupKey(group), index]));
  const numbered = (name: string) => byNumber.get(name.toLowerCase()) ?? [];
  /** `Phase 1`: all tasks below that heading, unless the field's own task stands below it, too. */
  const tasksInGroups = (list: string, task: number): number[] => {
    const found = [...list.matchAll(groupName)].flatMap(([name]) => byGroup.get(groupKey(name)) ?? []);
    return found.includes(task) ? [] : found;
  };
  const titled = (title: string): number[] => {
    const found = byTitle.get(titleKey(title)) ?? [];
    return found.length === 1 ? found : [];
  };
  const tasksIn = (list: string, task: number): number[] => {
    const named = references.tasksInField(list);
    const group = named.length > 0 ? [] : tasksInGroups(list, task);
    if (group.length > 0) return group;
    const earlier = references.all.slice(0, task);
    if (isAll(list) || allEarlier.test(list)) return earlier;
    if (previousTask.test(list)) return earlier.slice(-1);
    const parts = taskNames(list).flatMap(({ name }) => numbered(name));
    // Among other words, a number must look like nothing but a task's.
    const ids = list.split(/[\s,;()&+/]+/).filter((part) => isId.test(part));
    const titles = titlesIn(list).flatMap(titled);
    return [...new Set([...named, ...titles, ...parts, ...ids.flatMap(numbered)])];
  };

  return (value, task) => {
    if (none.test(value)) return { isNone: true, tasks: [], unknown: [] };
    const { included, excluded } = splitExceptions(value);
    const exceptions = new Set(excluded.flatMap(references.tasksInField));
    return {
      isNone: false,
      tasks: tasksIn(included, task).filter((other) => !exceptions.has(other)),
      unknown: taskNames(included).filter(({ name }) => !byNumber.has(name.toLowerCase())),
    };
  };
}

const none = /^\W*(none|nothing|no\b|n\/a|independent|[—–-]\s*$)|^\W*(?:无|没有)(?!\p{L})/iu;
const previousTask = /^\W*(?:the\s+)?(?:previous|prior|preceding|last)(?:\s+(?:task|one))?\W*$/i;
const allEarlier =
  /^\W*(?:the\s+)?(?:(?:previous|prior|preceding|earlier)\s+tasks|tasks\s+above)\b|^\W*all\s+(?:of\s+(?:the\s+above|them)|previous|prior|preceding|earlier)\W*$/i;
const groupName = /\b(?:phase|wave|stage|batch|milestone|part)\s+(?:\d+|[A-Z])\b/gi;

const groupKey = (heading = ""): string =>
  /^\W*([a-z]+\s+(?:\d+|[a-z])\b)/i.exec(heading)?.[1]?.replace(/\s+/g, " ").toLowerCase() ?? "";

/** The parts of a list that may be titles, without quotes and emphasis. */
const titlesIn = (list: string): string[] =>
  [list, ...list.split(/[,;]/), ...list.split(/[,;]|\band\b|&/i)].map((part) =>
    part.replace(/^[\s"“”'‘’]+|[\s"“”'‘’*_.]+$/g, ""),
  );
const isId = /^[A-Z]{1,3}\d{1,6}(?:\.\d{1,6}){0,6}[a-z]?[.:]?$/;

/** Finds the parts of a list that look like tasks: `Task 9`, `B2`, and both ends of `3-5`. `#12` may be an issue. */
const taskNames = (list: string): { name: string; isSure: boolean }[] =>
  list
    .replace(/\([^()]*\)/g, " ")
    .split(/[,;&+/–—-]|\b(?:and|or|to|through)\b/i)
    .flatMap((part) => {
      const typo = misspelt.exec(part);
      if (typo) return [{ name: typo[0].trim(), isSure: true }];
      const [, word, name] = taskName.exec(part) ?? [];
      return name === undefined ? [] : [{ name, isSure: word !== undefined }];
    });
const misspelt =
  /^\s*(?!tasks?\b|to\b|than\b|tests?\b|tier\b|track\b|topic\b|ticket\b)t[a-z]{1,4}\s+#?\d{1,3}\s*$/i;
const taskName = /^[\s*_]*([Tt]asks?\s+#?)?([A-Z]{0,3}\d{1,6}(?:\.\d{1,6}){0,6}[a-z]?|[A-Z])[\s*_.]*$/;

/** Whether text means all tasks: `all prior tasks`, `everything above`, `all`. */
export const isAll = (text: string): boolean =>
  /\b(all|every)\s+(the\s+)?(prior|previous|preceding|earlier|other|above|of the above)?\s*(tasks?|prior|above|others?)\b|\beverything\b|^\W*all\W*$/i.test(
    text,
  );
