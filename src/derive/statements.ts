import { withoutDenial } from "./denials.ts";
import type { Edge } from "./edge.ts";
import { isAll } from "./field-value.ts";
import type { References } from "./references.ts";
import { isHypothetical, sentencesOf } from "./sentences.ts";
import { edgesAlong, labelledSequences, type Sequence, sequenceIn } from "./sequences.ts";

/** What sentences outside of the tasks say about them. */
export interface Statements {
  readonly edges: readonly Edge[];
  /** Tasks of which it is said that they wait for nothing. */
  readonly free: ReadonlySet<number>;
}

const behind =
  /(?:\bnot|\bcannot|n['’]t)\s+(?:\w+\s+){1,3}(?:before|until)\b|\b(?:depends?|depending|relies|rely|builds?|blocks?|waits?)\s+(?:up)?on\b|\bwaits?\s+for\b|\b(?:requires?|needs?|follows?|consumes?|(?:is|are)\s+blocked\s+by|must\s+(?:come|run|land|follow|happen)\s+after|after|once|as\s+soon\s+as)\b/i;
const before =
  /\b(?:blocks?|unblocks?|must\s+(?:come|run|land|be\s+(?:done|completed|finished))\s+before|precedes?|before|feeds?(?:\s+into)?)\b/i;
const arrow = /→|-{1,9}>|⟶|⇒|=>/;

/** What a sentence may begin with that says first what is waited for, and then what waits. */
const fronted = /^\W{0,20}(?:(?:only|not)\s+)?(?:after|once|as\s+soon\s+as|when|with|following|until)\s+/i;
const then = /\bthen\b/i;
const done =
  /\b(?:done|completed?|completes|finish(?:es|ed)|merge[sd]|land(?:s|ed)?|pass(?:es|ed)?|ready|in\s+place)\b/i;

/** Sentences such as `Tasks 4 and 5 depend on Task 2`, `Task 7 is independent`, `Task 1 → Task 2 → Task 3`. */
export function statementsIn(text: string, references: References): Statements {
  const said = sentencesOf(text).map((sentence) => statementIn(sentence, references));
  const orders = labelledSequences(text, references).flatMap(({ line, steps }) => edgesOf(steps, line));
  return {
    edges: [...said.flatMap(({ edges }) => edges), ...orders],
    free: new Set(said.flatMap(({ free }) => free)),
  };
}

const edgesOf = (steps: Sequence, text: string): Edge[] =>
  edgesAlong(steps, "statement", `"${text.replace(/[`*]/g, "").replace(/\s+/g, " ").trim()}"`);

/** `Once Task 1 is done, Tasks 2 and 3 can run, then Task 4`. */
function frontedSteps(sentence: string, references: References): Sequence | undefined {
  const [start] = fronted.exec(sentence) ?? [];
  if (start === undefined) return undefined;
  const rest = sentence.slice(start.length);
  const found = done.exec(rest);
  const ready = found ? rest.slice(0, found.index + found[0].length) : "";
  const isReady = references.named(ready).length > 0 && !/\b(?:can|may|should|must|will)\b/i.test(ready);
  const end = isReady
    ? ready.length
    : /\b(?:when|with)\s/i.test(start)
      ? -1
      : rest.search(/,\s*tasks?\b|\s(?:can|may|should|must|will)\s+tasks?\b/i);
  if (end < 0) return undefined;
  const [main = ""] = rest
    .slice(end)
    .split(/\b(?:with|before|after|once|until|needs?|depends?|because|since)\b/i);
  // `Until Task 1 is done, Task 2 has a stub` waits for nothing.
  if (/^\W*until\b/i.test(start) && !/\b(?:waits?|cannot|not|blocked)\b/i.test(main)) return undefined;
  const steps = [rest.slice(0, end), ...main.split(/\bthen\b/i)].map(references.named);
  return (steps[1] ?? []).length > 0 ? steps : undefined;
}

/** `Task 1 first, then Tasks 2 and 3`: nothing else than tasks. */
const chainedSteps = (sentence: string, references: References): Sequence | undefined => {
  const [first = ""] = sentence.split(then);
  const isChain = then.test(sentence) && references.named(first).length > 0;
  return isChain ? sequenceIn(sentence, references) : undefined;
};

function statementIn(whole: string, references: References): { edges: Edge[]; free: number[] } {
  if (isHypothetical(whole)) return { edges: [], free: [] };
  const isOrder = [arrow, behind, before, fronted, then].some((form) => form.test(whole));
  const sentence = withoutDenial(isOrder ? references.spelledOut(whole) : whole);
  const edgesFrom = (from: readonly number[], to: readonly number[]) => edgesOf([from, to], whole);
  if (arrow.test(sentence))
    return { edges: edgesOf(sentence.split(arrow).map(references.named), whole), free: [] };
  const steps = frontedSteps(sentence, references) ?? chainedSteps(sentence, references);
  if (steps) return { edges: edgesOf(steps, whole), free: [] };
  if (/\b(?:independent|in parallel|parallelizable|no dependenc|any order|concurrently)/i.test(sentence)) {
    const [subject = ""] = sentence.split(/\b(?:independent|in parallel|parallel with|with)\b/i);
    const isOne = /\bindependent\b|no dependenc|with anything/i.test(sentence) && !/\bnot\b/i.test(sentence);
    const named = references.named(subject);
    if (
      !/\bdepends?\s+on\b|\bbut\b.{1,40}\b(?:needs?|requires?|waits?)\b|\b(?:once|after)\s+tasks?\b/i.test(
        sentence,
      )
    )
      return { edges: [], free: isOne && named.length === 1 ? named : [] };
  }
  const split = behind.exec(sentence) ?? before.exec(sentence);
  if (!split) return { edges: [], free: [] };
  const subject = references.named(sentence.slice(0, split.index));
  const rest = sentence.slice(split.index + split[0].length);
  const named = references.named(rest);
  const object = named.length > 0 ? named : references.inField(rest.replace(/[.;].*$/s, ""));
  if (behind.test(split[0]) && object.length === 0 && isAll(rest) && subject.length > 0) {
    object.push(...Array.from({ length: Math.min(...subject) }, (_, task) => task));
  }
  return { edges: behind.test(split[0]) ? edgesFrom(object, subject) : edgesFrom(subject, object), free: [] };
}
