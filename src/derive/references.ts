/** Finds the tasks that a piece of text names. */
export interface References {
  /** Tasks named as such: `Task 3`, `Tasks 1-4, 6 and 7`, `task-2`. */
  readonly named: (text: string) => number[];
  /** In a field, where a bare number is a task too. */
  readonly inField: (text: string) => number[];
  /** The pattern of one naming, for searches of a larger text. */
  readonly pattern: () => RegExp;
}

const number = String.raw`#?[A-Za-z]{0,3}\d+(?:\.\d+)*[a-z]?`;
const joint = String.raw`\s*(?:,\s*(?:and|or|&)?|and|or|&|\+|/|–|—|-|to|through|\.\.)\s*`;
const list = String.raw`(?:${number})(?:${joint}(?:tasks?(?:\s+groups?)?[\s-]+)?(?:${number})(?![\w.]*\w))*`;

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
      const index = at.get(token.replace(/^#/, "").toLowerCase());
      if (index !== undefined) {
        const last = found.at(-1);
        if (range && last !== undefined) for (let one = last + 1; one < index; one += 1) found.push(one);
        found.push(index);
      }
      range = false;
    }
    return found;
  };
  const pattern = () => new RegExp(String.raw`\btasks?(?:\s+groups?)?[\s-]+(${list})`, "gi");
  const named = (text: string) => [
    ...new Set([...text.matchAll(pattern())].flatMap(([, of = ""]) => members(of))),
  ];
  return {
    named,
    pattern,
    inField: (text) => {
      const tasks = named(text);
      if (tasks.length > 0) return tasks;
      const bare = text.replace(/\([^)]*\)/g, " ");
      return /^[\s\W]*(?:(?:T|F)?#?\w{0,2}\d[\w.]*|and|or|to|[,&+–—-]|\s)+\.?\s*$/i.test(bare)
        ? [...new Set(members(bare))]
        : [];
    },
  };
}
