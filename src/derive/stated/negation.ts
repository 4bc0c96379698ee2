const not = String.raw`(?:\b(?:not|never|cannot|no\s+longer|used\s+to|avoid(?:s|ing)?)|n['’]t)\s+(?:\w+\s+){0,2}?`;
const wait = String.raw`(?:(?:depend|rel(?:y|ies)|require|need|wait|follow|consume|build|block)(?:s|ed|ing|ent)?|prerequisites?)\b`;
const few = String.raw`\s+(?:\w+\s+){1,3}?`;
/** `does not depend`, `neither`, `need not be done before`, `can start before`. */
const denial = new RegExp(
  [
    not + wait,
    String.raw`\bneither\b`,
    String.raw`(?:\bneed(?:\s+not|n['’]t)|(?:\bnot|n['’]t)\s+(?:have|need)\s+to)${few}(?:before|after|until|in\s+(?:order|sequence)|first)\b`,
    String.raw`\b(?:can|may|could)(?!\s+(?:not|never|only)\b)${few}before\b`,
  ].join("|"),
  "i",
);

/** What leads up to a task that nothing is needed of: `independent of`, `in parallel with`, `unlike`. */
const leading = new RegExp(
  String.raw`(?:${not}${wait}|\bno\s+dependenc(?:y|ies)|\bwithout\s+(?:waiting|depending|needing)|\bindependent(?:ly)?|\b(?:parallel|concurrent(?:ly)?|simultaneous(?:ly)?)\s+(?:with|to)|\bunlike)(?:[\s*_:(]|\b(?:up)?on\b|\b(?:for|of|from|by|any|either)\b)*$`,
  "i",
);
/** `can run in parallel`; once this one is done it is another matter. */
const trailing =
  /^[\s*_)]*(?:(?:and|with)\s+this(?:\s+(?:one|task))?\s+)?(?:can|may|could|should|will|is|are|runs?)\b(?:\s+\w+){0,3}?\s+(?:in\s+parallel|independent(?:ly)?|concurrently|simultaneously)\b(?![^.;]{0,40}\b(?:once|after|when)\b)/i;

/** How far around a naming of a task its denial is looked for. */
const near = 120;

/** Whether the text around a naming of a task says that it is not waited for. */
export const isDenied = (text: string, start: number, end: number): boolean =>
  leading.test(text.slice(Math.max(0, start - near), start)) || trailing.test(text.slice(end, end + near));

/** A sentence without what it denies: `Task 3 needs Task 1, but does not need Task 2`. */
export function withoutDenial(sentence: string): string {
  let left = sentence;
  for (let count = 0; count < mostDenials; count += 1) {
    const found = denial.exec(left);
    if (!found) return left;
    const [, rest = ""] = /\bbut\b(.*)$/s.exec(left.slice(found.index)) ?? [];
    left = `${left.slice(0, found.index)}${rest}`;
  }
  return "";
}
/** A sentence of more says nothing that can be told: bounds the time that a hostile plan can take. */
const mostDenials = 20;

/** Takes apart a list of tasks and those that it leaves out: `Tasks 1-9, but not Task 5`, `all except Task 5`. */
export function withoutExceptions(list: string): { kept: string; left: string[] } {
  const left: string[] = [];
  const kept = list.replace(
    /[\s,(]{0,9}\b(?:(?:but\s+)?not|(?<=\b(?:all|everything|tasks?)\s)but|except(?:ing)?(?:\s+for)?|excluding|(?:other|apart|aside)\s+(?:than|from)|besides|minus)\s+(?:(?:up)?on\s+|for\s+)?(tasks?\b[^);.]*|[TF]?#?\d[^);.]*)\)?/gi,
    (_, tasks: string) => {
      left.push(tasks);
      return " ";
    },
  );
  return { kept, left };
}
