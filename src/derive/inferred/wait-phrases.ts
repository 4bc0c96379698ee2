import type { References } from "../stated/references.ts";
import { isHypothetical, sentencesOf } from "../stated/sentences.ts";

/** Longer sentences are skipped: bounds the time for a hostile plan. */
const maxCharacters = 500;

const subject = String.raw`(?:(?:this(?:\s+(?:task|one|step))?|it|(task\s+[\w.]+))\s+)?`;
const when = String.raw`(?:once|after|when|as\s+soon\s+as)`;
const verb = [
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
/** A remark between a task and the next: `A3 (for the schema)`, `A3's schema`. */
const remarks = /\([^()]*\)|(?<=\d[a-z]?)['’]s\s+\w+/g;

interface Wait {
  readonly sentence: string;
  readonly tasks: readonly number[];
}

/** Finds sentences in a task's text that say what it waits for: `Requires B1 and B2 complete.`, `Only start once A3 is done`. */
export function findWaits(text: string, task: number, references: References): Wait[] {
  const form = new RegExp(
    String.raw`^\W{0,20}${subject}(?:${verb})\s+(?:both\s+)?(${references.pattern().source})${done}\s*(?:[.!;]?\W*$|[,:(—–-](.*)$)`,
    "is",
  );
  const asides = [...text.matchAll(/\(([^()\n]{1,200})\)/g)].map(([, aside = ""]) => aside);
  return [...sentencesOf(text), ...asides].flatMap((sentence) => {
    if (sentence.length > maxCharacters || isHypothetical(sentence)) return [];
    const plain = sentence.replace(/[*`]/g, "").replace(remarks, "");
    const found = form.exec(references.addTaskWords(plain));
    if (!found) return [];
    const [, own, names = "", , rest = ""] = found;
    const isOther = own !== undefined && references.tasksIn(own)[0] !== task;
    // Of alternatives, it is unknown which one the task waits for.
    const isUncertain = /\bor\b/i.test(names) || /\bif\b/i.test(rest) || references.tasksIn(rest).length > 0;
    if (isOther || isUncertain) return [];
    const tasks = references.tasksIn(names).filter((other) => other !== task);
    return [{ sentence: sentence.replace(/\s+/g, " ").trim(), tasks }];
  });
}
