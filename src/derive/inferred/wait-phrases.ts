import type { References } from "../stated/references.ts";
import { isHypothetical, sentencesOf } from "../stated/sentences.ts";

/** A longer sentence is not read: bounds the time that a hostile plan can take. */
const mostCharacters = 500;

const subject = String.raw`(?:(?:this(?:\s+(?:task|one|step))?|it|(task\s+[\w.]+))\s+)?`;
const when = String.raw`(?:once|after|when|as\s+soon\s+as)`;
const lead = [
  String.raw`prerequisites?\s*:?(?:\s+(?:is|are))?`,
  String.raw`(?:requires|assumes)(?:\s+that)?`,
  "needs",
  String.raw`depends\s+(?:up)?on`,
  String.raw`builds\s+(?:up)?on`,
  String.raw`(?:is\s+)?(?:blocked|gated)\s+(?:by|on|until)`,
  String.raw`(?:must\s+)?waits?\s+(?:for|on|until)`,
  String.raw`hold\s+off\s+until`,
  String.raw`follows(?:\s+on\s+from)?`,
  String.raw`(?:(?:must|should|can)\s+)?(?:only\s+)?(?:comes?|lands?|follows?)\s+after`,
  String.raw`(?:(?:must|should|can|may|only|be)\s+){0,4}(?:start(?:ed|s)?|begins?|runs?|do|done|proceeds?)\s+(?:(?:this|task|only|work|it)\s+){0,3}${when}`,
  String.raw`(?:(?:do\s+not|don['’]t|must\s+not|cannot|can['’]t|never)\s+(?:be\s+)?(?:start(?:ed)?|begin|run)|not)\s+(?:(?:this|task|work|it)\s+){0,3}(?:before|until)`,
  String.raw`(?:only\s+)?(?:after|once)`,
].join("|");
const done = String.raw`(?:\s+(?:(?:to|must|be|is|are|has|have|been|being|all|both)\s+){0,4}(?:done|completed?|completes?|finish(?:ed|es)|merged|land(?:s|ed)?|ready|green|available|in\s+place|pass(?:es|ed)?)(?:\s+first)?|\s+first)?`;
/** What is said of a task between it and the next: `A3 (for the schema)`, `A3's schema`. */
const remarks = /\([^()]*\)|(?<=\d[a-z]?)['’]s\s+\w+/g;

/** The tasks that a task's own text says it waits for: `Requires B1 and B2 complete.`, `Only start once A3 is done`. */
export function waitsIn(
  text: string,
  at: number,
  references: References,
): { sentence: string; for: number[] }[] {
  const form = new RegExp(
    String.raw`^\W{0,20}${subject}(?:${lead})\s+(?:both\s+)?(${references.pattern().source})${done}\s*(?:[.!;]?\W*$|[,:(—–-](.*)$)`,
    "is",
  );
  const asides = [...text.matchAll(/\(([^()\n]{1,200})\)/g)].map(([, aside = ""]) => aside);
  return [...sentencesOf(text), ...asides].flatMap((sentence) => {
    if (sentence.length > mostCharacters || isHypothetical(sentence)) return [];
    const found = form.exec(references.spelledOut(sentence.replace(/[*`]/g, "").replace(remarks, "")));
    if (!found) return [];
    const [, own, tasks = "", , rest = ""] = found;
    const isOther = own !== undefined && references.named(own)[0] !== at;
    // With an alternative it is not known which one is waited for.
    if (isOther || /\bor\b/i.test(tasks) || /\bif\b/i.test(rest) || references.named(rest).length > 0)
      return [];
    return [
      {
        sentence: sentence.replace(/\s+/g, " ").trim(),
        for: references.named(tasks).filter((one) => one !== at),
      },
    ];
  });
}
