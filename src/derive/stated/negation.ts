const not = String.raw`(?:\b(?:not|never|cannot|no\s+longer|used\s+to|avoid(?:s|ing)?)|n['’]t)\s+(?:\w+\s+){0,2}?`;
const wait = String.raw`(?:(?:depend|rel(?:y|ies)|require|need|wait|follow|consume|build|block)(?:s|ed|ing|ent)?|prerequisites?)\b`;
const fewWords = String.raw`\s+(?:\w+\s+){1,3}?`;
/** `does not depend`, `neither`, `need not be done before`, `can start before`. */
const negation = new RegExp(
  [
    not + wait,
    String.raw`\bneither\b`,
    String.raw`(?:\bneed(?:\s+not|n['’]t)|(?:\bnot|n['’]t)\s+(?:have|need)\s+to)${fewWords}(?:before|after|until|in\s+(?:order|sequence)|first)\b`,
    String.raw`\b(?:can|may|could)(?!\s+(?:not|never|only)\b)${fewWords}before\b`,
  ].join("|"),
  "i",
);

/** Text before a mention of a task that denies a dependency: `independent of`, `in parallel with`, `unlike`. */
const leading = new RegExp(
  String.raw`(?:${not}${wait}|\bno\s+dependenc(?:y|ies)|\bwithout\s+(?:waiting|depending|needing)|\bindependent(?:ly)?|\b(?:parallel|concurrent(?:ly)?|simultaneous(?:ly)?)\s+(?:with|to)|\bunlike)(?:[\s*_:(]|\b(?:up)?on\b|\b(?:for|of|from|by|any|either)\b)*$`,
  "i",
);
/** Text after a mention that denies a dependency: `can run in parallel`, but not `can run in parallel once …`. */
const trailing =
  /^[\s*_)]*(?:(?:and|with)\s+this(?:\s+(?:one|task))?\s+)?(?:can|may|could|should|will|is|are|runs?)\b(?:\s+\w+){0,3}?\s+(?:in\s+parallel|independent(?:ly)?|concurrently|simultaneously)\b(?![^.;]{0,40}\b(?:once|after|when)\b)/i;

/** Characters around a mention that are searched for a negation. */
const reach = 120;

/** Whether the text around a mention of a task, from `start` to `end`, denies a dependency on it. */
export const isDenied = (text: string, start: number, end: number): boolean =>
  leading.test(text.slice(Math.max(0, start - reach), start)) || trailing.test(text.slice(end, end + reach));

/** A sentence with more negations is taken to state nothing: bounds the time for a hostile plan. */
const maxNegations = 20;

/** Removes what a sentence negates: `Task 3 needs Task 1, but does not need Task 2`. */
export function withoutNegations(sentence: string): string {
  let left = sentence;
  for (let count = 0; count < maxNegations; count += 1) {
    const found = negation.exec(left);
    if (!found) return left;
    const [, rest = ""] = /\bbut\b(.*)$/s.exec(left.slice(found.index)) ?? [];
    left = `${left.slice(0, found.index)}${rest}`;
  }
  return "";
}

/** Separates a list of tasks from its exceptions: `Tasks 1-9, but not Task 5`, `all except Task 5`. */
export function splitExceptions(list: string): { included: string; excluded: string[] } {
  const excluded: string[] = [];
  const included = list.replace(
    /[\s,(]{0,9}\b(?:(?:but\s+)?not|(?<=\b(?:all|everything|tasks?)\s)but|except(?:ing)?(?:\s+for)?|excluding|(?:other|apart|aside)\s+(?:than|from)|besides|minus)\s+(?:(?:up)?on\s+|for\s+)?(tasks?\b[^);.]*|[TF]?#?\d[^);.]*)\)?/gi,
    (_, tasks: string) => {
      excluded.push(tasks);
      return " ";
    },
  );
  return { included, excluded };
}
