/** Finds the tasks that a piece of text names. Tasks are numbered from 0 in plan order. */
export interface References {
  /** All tasks of the plan. */
  readonly all: readonly number[];
  /** Finds tasks named with the word: `Task 3`, `Tasks 1-4, 6 and 7`, `task-2`. */
  readonly tasksIn: (text: string) => number[];
  /** Like `tasksIn`, but reads a list of bare numbers, too. */
  readonly tasksInField: (text: string) => number[];
  /** Reads a list of numbers of tasks, with or without the word. Returns undefined if there is anything else. */
  readonly tasksInList: (text: string) => number[] | undefined;
  /** Writes `Task` before each bare `A3` or `1.2`. Returns the sentence as it is if one may be something else. */
  readonly addTaskWords: (sentence: string) => string;
  /** Creates a pattern for one mention of tasks. */
  readonly pattern: () => RegExp;
}

/** A single capital letter may be a task's number, too. */
const number = String.raw`(?:#?[A-Za-z]{0,3}\d+(?:\.\d+)*[a-z]?|\b[A-Z](?![\w#+]))`;
/** A dash at the start of a line is a list marker, not a range. */
const joint = String.raw`(?:\s*(?:[,、](?:\s*(?:and|or|&))?|和|and|or|&|\+|/|to|through)\s*|[^\S\n]*(?:–|—|-|\.\.)[^\S\n]*)`;
const word = String.raw`(?:\btasks?(?:\s+groups?)?[\s-]+|任务[^\S\n]*)`;
const list = String.raw`(?:${number})(?:${joint}${word}?(?:${number})(?![\w.]*\w))*`;
/** A word of a list of bare numbers. */
const listWord = /^(?:[TF]?#?\w{0,2}\d[\w.]*|and|or|to)$/i;
/** Source of a case-insensitive pattern for one mention of tasks. */
export const mention = `${word}${list}`;
const wholeList = new RegExp(String.raw`^\s*(?:tasks?\s+)?${list}[\s.,:]*$`, "i");

/** A possible number of a task without the word: not a bare integer, nor part of a path or a word. */
const bareId =
  /(?<![\w.#/$-])(?:[A-Za-z]{1,3}\d{1,9}(?:\.\d{1,9}){0,9}[a-z]?|\d{1,9}(?:\.\d{1,9}){1,9}[a-z]?)(?![\w%/]|\.\w)/g;
/** Words that a task's number may follow. After others (`Figure A3`, `Python 1.2`) it belongs to something else. */
const connective =
  /^(?:tasks?|and|or|on|upon|that|can|assumes|for|by|after|once|until|before|when|requires?|needs?|of|than|follows?|from|to|through|both|only|then|blocks?|unblocks?|precedes?|feeds|into|consumes|prerequisites?|is|are|but|not|if|unlike|while|start|run|do|begin|finish)$/i;

/** `numbers` are those of the plan's tasks, as written, in plan order. */
export function createReferences(numbers: readonly string[]): References {
  const indexes = new Map(numbers.map((text, index) => [text.toLowerCase(), index]));
  const pattern = () => new RegExp(`${word}(${list})`, "gi");
  const tasksIn = (text: string) => [
    ...new Set([...text.matchAll(pattern())].flatMap(([, found = ""]) => expandList(found, indexes))),
  ];
  const ownIds = new Set(numbers.filter((text) => !/^\d+$/.test(text)));
  return {
    all: numbers.map((_, task) => task),
    tasksIn,
    tasksInField: (text) => {
      const tasks = tasksIn(text);
      if (tasks.length > 0) return tasks;
      const bare = text.replace(/\([^()]*\)/g, " ").replace(/^\W+/, "");
      const words = bare.split(/[\s,、&+–—-]+/).filter((part) => part !== "" && part !== ".");
      const isList = words.length > 0 && words.every((part) => listWord.test(part));
      return isList ? [...new Set(expandList(bare, indexes))] : [];
    },
    tasksInList: (text) => {
      if (!wholeList.test(text)) return undefined;
      const isKnown = (id: string) => indexes.has(keyOf(id));
      const ids = text.match(new RegExp(number, "g")) ?? [];
      return ids.every(isKnown) ? [...new Set(expandList(text, indexes))] : undefined;
    },
    addTaskWords: (sentence) => addTaskWords(sentence, ownIds),
    pattern,
  };
}

const keyOf = (id: string): string => id.replace(/^#/, "").toLowerCase();

/** Expands a list such as `1-3, 5` to tasks. Unknown numbers are skipped. */
function expandList(text: string, indexes: ReadonlyMap<string, number>): number[] {
  const tasks: number[] = [];
  let isRange = false;
  for (const token of text.match(new RegExp(`${number}|[–—-]|\\b(?:to|through)\\b|\\.\\.`, "gi")) ?? []) {
    if (/^([–—-]|to|through|\.\.)$/i.test(token)) {
      isRange = tasks.length > 0;
      continue;
    }
    const index = /^[a-z]$/.test(token) ? undefined : indexes.get(keyOf(token));
    if (index !== undefined) {
      const last = tasks.at(-1);
      if (isRange && last !== undefined) for (let task = last + 1; task < index; task += 1) tasks.push(task);
      tasks.push(index);
    }
    isRange = false;
  }
  return tasks;
}

function addTaskWords(sentence: string, ownIds: ReadonlySet<string>): string {
  let isSure = ownIds.size > 0;
  const result = sentence.replace(bareId, (id, start: number) => {
    const before = sentence.slice(Math.max(0, start - 30), start);
    const [, previous = ""] = /([A-Za-z]\w*)[\s*`]*$/.exec(before) ?? [];
    isSure &&= ownIds.has(id) && (previous === "" || connective.test(previous));
    return /^tasks?$/i.test(previous) ? id : `Task ${id}`;
  });
  return isSure ? result : sentence;
}
