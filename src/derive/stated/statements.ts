import type { Edge } from "../edge.ts";
import { isAll } from "./field-value.ts";
import { withoutDenial, withoutExceptions } from "./negation.ts";
import { naming, type References } from "./references.ts";
import { isHypothetical, sentencesOf } from "./sentences.ts";
import { edgesAlong, labelledSequences, type Sequence, sequenceIn } from "./sequences.ts";

/** What sentences outside of the tasks say about them. */
export interface Statements {
  readonly edges: readonly Edge[];
  /** Tasks of which it is said that they wait for nothing. */
  readonly free: ReadonlySet<number>;
  /** Tasks that are put into an order, or beside the first one: they need not wait for it. */
  readonly placed: ReadonlySet<number>;
}

/** A longer sentence is not read: bounds the time that a hostile plan can take. */
const mostCharacters = 2000;

/** `cannot start before`, `never start Task 4 until`: what may stand within it waits. */
const held = new RegExp(
  String.raw`(?:\b(?:not|never|cannot)|n['’]t)\s+(?:\w+\s+){1,3}?(?:${naming}\s+)?(?:before|until|without)\b`,
  "i",
);
const behind =
  /\b(?:depends?|depending|relies|rely|builds?|blocks?|waits?)\s+(?:up)?on\b|\bwaits?\s+(?:for|until)\b|\bonly\s+(?:\w+\s+){0,3}?when\b|\b(?:requires?|needs?(?!\s+to\b)|follows?|consumes?|(?:is|are)\s+blocked\s+by|must\s+(?:come|run|land|follow|happen)\s+after|after|once|as\s+soon\s+as)\b/i;
const before =
  /\b(?:blocks?|unblocks?|must\s+(?:come|run|land|be\s+(?:done|completed|finished))\s+before|precedes?|before|prerequisites?\s+(?:for|of)|feeds?(?:\s+into)?)\b/i;
const arrow = /→|-{1,9}>|⟶|⇒|=>/;

/** What a sentence may begin with that says first what is waited for, and then what waits. */
const fronted = /^\W{0,20}(?:(?:only|not)\s+)?(?:after|once|as\s+soon\s+as|when|with|following|until)\s+/i;
const then = /\bthen\b/i;
const done =
  /\b(?:done|completed?|completes|finish(?:es|ed)|merge[sd]|land(?:s|ed)?|pass(?:es|ed)?|ready|in\s+place)\b/i;

const everyOther = String.raw`(?:all|every)\s+(?:(?:the\s+)?(?:other|remaining)\s+)?tasks?`;
/** `All tasks except Task 3 depend on Task 1`. */
const allBehind = new RegExp(
  String.raw`^\W{0,20}${everyOther}(?:\s+(?:but|except(?:\s+for)?|other\s+than)\s+(${naming}))?\s+(?:(?:must|should|have\s+to)\s+)?(?:(?:depends?|builds?)\s+(?:up)?on|waits?\s+for|needs?|requires?|(?:start|run|come)s?\s+after)\s(.*)$`,
  "is",
);
/** `Tasks 2, 3 and 4 must be done in order`. */
const inOrder = new RegExp(
  String.raw`^\W{0,20}(?:\w+\s+)?(${naming})\s+(?:\w+\s+){0,4}?(?:in\s+(?:this\s+|that\s+)?(?:order|sequence)(?!\s+to\b)|sequential(?:ly)?|one\s+after\s+(?:the\s+other|another))\b`,
  "i",
);

/** Sentences such as `Tasks 4 and 5 depend on Task 2`, `Task 7 is independent`, `Task 1 → Task 2 → Task 3`. */
export function statementsIn(text: string, references: References): Statements {
  const said = sentencesOf(text).map((sentence) => statementIn(sentence, references));
  const orders = labelledSequences(text, references);
  return {
    edges: [
      ...said.flatMap(({ edges }) => edges),
      ...orders.flatMap(({ line, steps }) => edgesOf(steps, line)),
    ],
    free: new Set(said.flatMap(({ free = [] }) => free)),
    placed: new Set([
      ...said.flatMap(({ placed = [] }) => placed),
      ...orders.flatMap(({ steps }) => steps.flat()),
    ]),
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

/** The groups that hold the plan's first task: the others in them stand beside it. */
export const besideFirst = (groups: Sequence): number[] => groups.filter((group) => group.includes(0)).flat();

/** `All tasks depend on Task 1 except Task 3`: what waits, what is waited for, and what is left out. */
function allBehindIn(sentence: string, references: References) {
  const [, but = "", rest] = allBehind.exec(sentence) ?? [];
  if (rest === undefined) return undefined;
  const { kept, left } = withoutExceptions(rest);
  const first = references.named(kept);
  const out = [but, ...left].flatMap(references.named);
  return { first, out, rest: references.all.filter((task) => ![...first, ...out].includes(task)) };
}

interface Statement {
  readonly edges: readonly Edge[];
  readonly free?: readonly number[];
  readonly placed?: readonly number[];
}

function statementIn(whole: string, references: References): Statement {
  if (whole.length > mostCharacters || isHypothetical(whole)) return { edges: [] };
  const isOrder = [arrow, held, behind, before, fronted, then].some((form) => form.test(whole));
  const sentence = withoutDenial(isOrder ? references.spelledOut(whole) : whole);
  const along = (steps: Sequence): Statement => ({
    edges: edgesOf(steps, whole),
    placed: besideFirst(steps),
  });
  if (arrow.test(sentence)) return along(sentence.split(arrow).map(references.named));
  const steps = frontedSteps(sentence, references) ?? chainedSteps(sentence, references);
  if (steps) return along(steps);
  const all = allBehindIn(sentence, references);
  if (all) return { edges: edgesOf([all.first, all.rest], whole), placed: all.out };
  const beside = besideIn(sentence, references);
  if (beside) return beside;
  const [, ordered = ""] = inOrder.exec(sentence) ?? [];
  if (ordered && !/\b(?:not|never)\b|n['’]t\b/i.test(sentence))
    return along(references.named(ordered).map((task) => [task]));
  return waitIn(sentence, references, (steps) => edgesOf(steps, whole));
}

/** `Tasks 2 and 3 are independent`, `Tasks 2 and 3 can run in parallel`. */
function besideIn(sentence: string, references: References): Statement | undefined {
  if (!/\b(?:independent|in parallel|parallelizable|no dependenc|any order|concurrently)/i.test(sentence))
    return undefined;
  if (
    /\bdepends?\s+on\b|\bbut\b.{1,40}\b(?:needs?|requires?|waits?)\b|\b(?:once|after)\s+tasks?\b/i.test(
      sentence,
    )
  )
    return undefined;
  if (/\b(?:not|never|cannot)\b|n['’]t\b/i.test(sentence)) return { edges: [] };
  const [subject = ""] = sentence.split(/\b(?:independent|in parallel|parallel with|with)\b/i);
  const isOne = /\bindependent\b|no dependenc|with anything/i.test(sentence);
  const named = references.named(subject);
  return {
    edges: [],
    free: isOne && named.length === 1 ? named : [],
    placed: besideFirst([references.named(sentence)]),
  };
}

function waitIn(
  sentence: string,
  references: References,
  edgesAlong: (steps: Sequence) => Edge[],
): Statement {
  const late = held.exec(sentence) ?? behind.exec(sentence);
  const split = late ?? before.exec(sentence);
  if (!split) return { edges: [] };
  const end = split.index + split[0].length;
  const subject = references.named(sentence.slice(0, held.test(split[0]) ? end : split.index));
  const rest = sentence.slice(end).replace(/^\s+both\s/i, " ");
  const named = references.named(rest);
  const object = named.length > 0 ? named : references.inField(rest.replace(/[.;].*$/s, ""));
  if (late && object.length === 0 && isAll(rest) && subject.length > 0) {
    object.push(...references.all.slice(0, Math.min(...subject)));
  }
  return { edges: edgesAlong(late ? [object, subject] : [subject, object]) };
}
