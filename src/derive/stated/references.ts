/** Finds the tasks that a piece of text names. */
export interface References {
  /** All tasks of the plan. */
  readonly all: readonly number[];
  /** Tasks named as such: `Task 3`, `Tasks 1-4, 6 and 7`, `task-2`. */
  readonly named: (text: string) => number[];
  /** In a field, where a bare number is a task too. */
  readonly inField: (text: string) => number[];
  /** The tasks of a text that holds nothing else than numbers of tasks, bare or not; none where one is unknown. */
  readonly only: (text: string) => number[] | undefined;
  /** A sentence with `Task` before each bare `A3` or `1.2`; as it was where one of these may be something else. */
  readonly spelledOut: (sentence: string) => string;
  /** The pattern of one naming, for searches of a larger text. */
  readonly pattern: () => RegExp;
}

/** A single capital letter may be a task's number, too. */
const number = String.raw`(?:#?[A-Za-z]{0,3}\d+(?:\.\d+)*[a-z]?|\b[A-Z](?![\w#+]))`;
/** A dash at the start of a line is no range, but the mark of an entry. */
const joint = String.raw`(?:\s*(?:[,、](?:\s*(?:and|or|&))?|和|and|or|&|\+|/|to|through)\s*|[^\S\n]*(?:–|—|-|\.\.)[^\S\n]*)`;
const word = String.raw`(?:\btasks?(?:\s+groups?)?[\s-]+|任务[^\S\n]*)`;
const list = String.raw`(?:${number})(?:${joint}${word}?(?:${number})(?![\w.]*\w))*`;
/** A word of a list of bare numbers. */
const isInList = /^(?:[TF]?#?\w{0,2}\d[\w.]*|and|or|to)$/i;
/** The pattern of one naming, for larger ones; case counts for none of them. */
export const naming = `${word}${list}`;
const whole = new RegExp(String.raw`^\s*(?:tasks?\s+)?${list}[\s.,:]*$`, "i");

/** What may be the number of a task without the word: no bare integer, nothing within a path or a word. */
const bareId =
  /(?<![\w.#/$-])(?:[A-Za-z]{1,3}\d{1,9}(?:\.\d{1,9}){0,9}[a-z]?|\d{1,9}(?:\.\d{1,9}){1,9}[a-z]?)(?![\w%/]|\.\w)/g;
/** Words that a task's number stands behind; behind others (`Figure A3`, `Python 1.2`) it is something else's. */
const connective =
  /^(?:tasks?|and|or|on|upon|that|can|assumes|for|by|after|once|until|before|when|requires?|needs?|of|than|follows?|from|to|through|both|only|then|blocks?|unblocks?|precedes?|feeds|into|consumes|prerequisites?|is|are|but|not|if|unlike|while|start|run|do|begin|finish)$/i;

/** `numbers` are those of the plan's tasks, as written, in plan order. */
export function referencesTo(numbers: readonly string[]): References {
  const at = new Map(numbers.map((text, index) => [text.toLowerCase(), index]));
  const members = (text: string): number[] => {
    const found: number[] = [];
    const tokens = text.match(new RegExp(`${number}|[–—-]|\\b(?:to|through)\\b|\\.\\.`, "gi")) ?? [];
    let range = false;
    for (const token of tokens) {
      if (/^([–—-]|to|through|\.\.)$/i.test(token)) {
        range = found.length > 0;
        continue;
      }
      const index = /^[a-z]$/.test(token) ? undefined : at.get(token.replace(/^#/, "").toLowerCase());
      if (index !== undefined) {
        const last = found.at(-1);
        if (range && last !== undefined) for (let one = last + 1; one < index; one += 1) found.push(one);
        found.push(index);
      }
      range = false;
    }
    return found;
  };
  const pattern = () => new RegExp(`${word}(${list})`, "gi");
  const named = (text: string) => [
    ...new Set([...text.matchAll(pattern())].flatMap(([, of = ""]) => members(of))),
  ];
  const isOwnId = new Set(numbers.filter((text) => !/^\d+$/.test(text)));
  return {
    all: numbers.map((_, task) => task),
    named,
    only: (text) => {
      if (!whole.test(text)) return undefined;
      const isKnown = (text.match(new RegExp(number, "g")) ?? []).every((one) =>
        at.has(one.replace(/^#/, "").toLowerCase()),
      );
      return isKnown ? [...new Set(members(text))] : undefined;
    },
    spelledOut: (sentence) => {
      let isSure = isOwnId.size > 0;
      const spelled = sentence.replace(bareId, (id, start: number) => {
        const [, word = ""] =
          /([A-Za-z]\w*)[\s*`]*$/.exec(sentence.slice(Math.max(0, start - 30), start)) ?? [];
        isSure &&= isOwnId.has(id) && (word === "" || connective.test(word));
        return /^tasks?$/i.test(word) ? id : `Task ${id}`;
      });
      return isSure ? spelled : sentence;
    },
    pattern,
    inField: (text) => {
      const tasks = named(text);
      if (tasks.length > 0) return tasks;
      const bare = text.replace(/\([^()]*\)/g, " ").replace(/^\W+/, "");
      const words = bare.split(/[\s,、&+–—-]+/).filter((word) => word !== "" && word !== ".");
      return words.length > 0 && words.every((word) => isInList.test(word))
        ? [...new Set(members(bare))]
        : [];
    },
  };
}
