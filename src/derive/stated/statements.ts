import type { Plan } from "../../../schemas/plan.ts";
import type { Dependency } from "../dependency.ts";
import { isAll } from "./field-value.ts";
import { isMermaid } from "./mermaid.ts";
import { splitExceptions, withoutNegations } from "./negation.ts";
import { mention, type References } from "./references.ts";
import { isHypothetical, sentencesOf } from "./sentences.ts";
import { besideFirst, labelledSequences, pairsAlong, readSequence, type Sequence } from "./sequences.ts";
import { mergeStated, type StatedOrder } from "./stated-order.ts";

/** Longer sentences are skipped: bounds the time for a hostile plan. */
const maxCharacters = 2000;

/** `cannot start before`, `never start Task 4 until`: a task named within it waits. */
const cannotStart = new RegExp(
  String.raw`(?:\b(?:not|never|cannot)|n['’]t)\s+(?:\w+\s+){1,3}?(?:${mention}\s+)?(?:before|until|without)\b`,
  "i",
);
const dependsOn =
  /\b(?:depends?|depending|relies|rely|builds?|blocks?|waits?)\s+(?:up)?on\b|\bwaits?\s+(?:for|until)\b|\bonly\s+(?:\w+\s+){0,3}?when\b|\b(?:requires?|needs?(?!\s+to\b)|follows?|consumes?|(?:is|are)\s+blocked\s+by|must\s+(?:come|run|land|follow|happen)\s+after|after|once|as\s+soon\s+as)\b/i;
const comesBefore =
  /\b(?:blocks?|unblocks?|must\s+(?:come|run|land|be\s+(?:done|completed|finished))\s+before|precedes?|before|prerequisites?\s+(?:for|of)|feeds?(?:\s+into)?)\b/i;
const arrow = /→|-{1,9}>|⟶|⇒|=>/;

/** The opening of a sentence that states a condition before its consequence. */
const conditionOpening =
  /^\W{0,20}(?:(?:only|not)\s+)?(?:after|once|as\s+soon\s+as|when|with|following|until)\s+/i;
const then = /\bthen\b/i;
const done =
  /\b(?:done|completed?|completes|finish(?:es|ed)|merge[sd]|land(?:s|ed)?|pass(?:es|ed)?|ready|in\s+place)\b/i;

const everyOther = String.raw`(?:all|every)\s+(?:(?:the\s+)?(?:other|remaining)\s+)?tasks?`;
/** `All tasks except Task 3 depend on Task 1`. */
const allDependOn = new RegExp(
  String.raw`^\W{0,20}${everyOther}(?:\s+(?:but|except(?:\s+for)?|other\s+than)\s+(${mention}))?\s+(?:(?:must|should|have\s+to)\s+)?(?:(?:depends?|builds?)\s+(?:up)?on|waits?\s+for|needs?|requires?|(?:start|run|come)s?\s+after)\s(.*)$`,
  "is",
);
/** `Tasks 2, 3 and 4 must be done in order`. */
const inOrder = new RegExp(
  String.raw`^\W{0,20}(?:\w+\s+)?(${mention})\s+(?:\w+\s+){0,4}?(?:in\s+(?:this\s+|that\s+)?(?:order|sequence)(?!\s+to\b)|sequential(?:ly)?|one\s+after\s+(?:the\s+other|another))\b`,
  "i",
);

/**
 * Reads sentences outside of tasks such as `Tasks 4 and 5 depend on Task 2`, `Task 7 is independent` and
 * `Task 1 → Task 2 → Task 3`, and labelled sequences.
 */
export function readStatements({ prose, code }: Plan, references: References): StatedOrder {
  const blocks = code.filter((block) => !isMermaid(block)).map((block) => block.text);
  const text = [prose, ...blocks].join("\n");
  return mergeStated([
    ...sentencesOf(text).map((sentence) => readSentence(sentence, references)),
    ...labelledSequences(text, references).map(({ line, steps }) => ({
      dependencies: dependenciesAlong(steps, line),
      placed: steps.flat(),
    })),
  ]);
}

function dependenciesAlong(steps: Sequence, text: string): Dependency[] {
  const detail = `"${text.replace(/[`*]/g, "").replace(/\s+/g, " ").trim()}"`;
  return pairsAlong(steps).map(([from, to]) => ({ from, to, detail }));
}

/** Steps that a sentence puts into an order, and what it says besides. */
interface Reading {
  readonly steps: Sequence;
  readonly settled?: readonly number[];
  /** By default, the tasks that `steps` put beside the first task. */
  readonly placed?: readonly number[];
}

function readSentence(text: string, references: References): StatedOrder {
  if (text.length > maxCharacters || isHypothetical(text)) return {};
  const isOrder = [arrow, cannotStart, dependsOn, comesBefore, conditionOpening, then].some((form) =>
    form.test(text),
  );
  const sentence = withoutNegations(isOrder ? references.addTaskWords(text) : text);
  for (const read of [
    readArrows,
    readCondition,
    readChain,
    readAll,
    readIndependence,
    readInOrder,
    readWait,
  ]) {
    const found = read(sentence, references);
    if (!found) continue;
    const { steps, settled = [], placed = besideFirst(steps) } = found;
    return { dependencies: dependenciesAlong(steps, text), settled, placed };
  }
  return {};
}

/** `Task 1 → Task 2 → Task 3`. */
const readArrows = (sentence: string, references: References): Reading | undefined =>
  arrow.test(sentence) ? { steps: sentence.split(arrow).map(references.tasksIn) } : undefined;

/** `Once Task 1 is done, Tasks 2 and 3 can run, then Task 4`. */
function readCondition(sentence: string, references: References): Reading | undefined {
  const [opening] = conditionOpening.exec(sentence) ?? [];
  if (opening === undefined) return undefined;
  const clauses = splitAtClause(opening, sentence.slice(opening.length), references);
  if (!clauses) return undefined;
  const { condition, consequence } = clauses;
  // `Until Task 1 is done, Task 2 has a stub` orders nothing.
  if (/^\W*until\b/i.test(opening) && !/\b(?:waits?|cannot|not|blocked)\b/i.test(consequence))
    return undefined;
  const [first = [], ...others] = consequence.split(/\bthen\b/i).map(references.tasksIn);
  return first.length > 0 ? { steps: [references.tasksIn(condition), first, ...others] } : undefined;
}

/** Splits what follows the opening into the condition and its consequence. Returns undefined if it has no consequence. */
function splitAtClause(opening: string, rest: string, references: References) {
  const splitAt = (index: number) => {
    const [consequence = ""] = rest
      .slice(index)
      .split(/\b(?:with|before|after|once|until|needs?|depends?|because|since)\b/i);
    return { condition: rest.slice(0, index), consequence };
  };
  const found = done.exec(rest);
  const end = found ? found.index + found[0].length : 0;
  const isCondition = !/\b(?:can|may|should|must|will)\b/i.test(rest.slice(0, end));
  if (isCondition && references.tasksIn(rest.slice(0, end)).length > 0) return splitAt(end);
  // `When Task 1 changes the file, Task 2 reads it` orders nothing.
  if (/\b(?:when|with)\s/i.test(opening)) return undefined;
  const next = rest.search(/,\s*tasks?\b|\s(?:can|may|should|must|will)\s+tasks?\b/i);
  return next < 0 ? undefined : splitAt(next);
}

/** `Task 1 first, then Tasks 2 and 3`, and nothing else. */
function readChain(sentence: string, references: References): Reading | undefined {
  const [first = ""] = sentence.split(then);
  if (!then.test(sentence) || references.tasksIn(first).length === 0) return undefined;
  const steps = readSequence(sentence, references);
  return steps && { steps };
}

/** `All tasks depend on Task 1 except Task 3`. */
function readAll(sentence: string, references: References): Reading | undefined {
  const [, exception = "", rest] = allDependOn.exec(sentence) ?? [];
  if (rest === undefined) return undefined;
  const { included, excluded } = splitExceptions(rest);
  const first = references.tasksIn(included);
  const placed = [exception, ...excluded].flatMap(references.tasksIn);
  return { steps: [first, references.all.filter((task) => ![...first, ...placed].includes(task))], placed };
}

/** `Tasks 2 and 3 are independent`, `Tasks 2 and 3 can run in parallel`. */
function readIndependence(sentence: string, references: References): Reading | undefined {
  if (!/\b(?:independent|in parallel|parallelizable|no dependenc|any order|concurrently)/i.test(sentence))
    return undefined;
  const hasDependency =
    /\bdepends?\s+on\b|\bbut\b.{1,40}\b(?:needs?|requires?|waits?)\b|\b(?:once|after)\s+tasks?\b/i;
  if (hasDependency.test(sentence)) return undefined;
  if (/\b(?:not|never|cannot)\b|n['’]t\b/i.test(sentence)) return { steps: [] };
  const [subject = ""] = sentence.split(/\b(?:independent|in parallel|parallel with|with)\b/i);
  const tasks = references.tasksIn(subject);
  const isOne = tasks.length === 1 && /\bindependent\b|no dependenc|with anything/i.test(sentence);
  return {
    steps: [],
    settled: isOne ? tasks : [],
    placed: besideFirst([references.tasksIn(sentence)]),
  };
}

function readInOrder(sentence: string, references: References): Reading | undefined {
  const [, tasks = ""] = inOrder.exec(sentence) ?? [];
  if (!tasks || /\b(?:not|never)\b|n['’]t\b/i.test(sentence)) return undefined;
  return { steps: references.tasksIn(tasks).map((task) => [task]) };
}

/** `Task 3 depends on Tasks 1 and 2`, `Task 1 blocks Task 3`. */
function readWait(sentence: string, references: References): Reading | undefined {
  const waits = cannotStart.exec(sentence) ?? dependsOn.exec(sentence);
  const verb = waits ?? comesBefore.exec(sentence);
  if (!verb) return undefined;
  const end = verb.index + verb[0].length;
  const subject = references.tasksIn(sentence.slice(0, cannotStart.test(verb[0]) ? end : verb.index));
  const rest = sentence.slice(end).replace(/^\s+both\s/i, " ");
  const named = references.tasksIn(rest);
  const object = named.length > 0 ? named : references.tasksInField(rest.replace(/[.;].*$/s, ""));
  if (!waits) return { steps: [subject, object], placed: [] };
  const isAllEarlier = object.length === 0 && subject.length > 0 && isAll(rest);
  return {
    steps: [
      isAllEarlier
        ? references.all.slice(
            0,
            subject.reduce((first, task) => Math.min(first, task)),
          )
        : object,
      subject,
    ],
    placed: [],
  };
}
