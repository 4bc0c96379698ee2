import type { PlanCode } from "../../../schemas/plan.ts";
import type { References } from "./references.ts";

/** Two tasks, numbered from 0 in plan order, of which the second waits for the first. */
export type Pair = readonly [from: number, to: number];

/** Steps in order. Each task of a step waits for all tasks of the step before it. */
export type Sequence = readonly (readonly number[])[];

/** What a graph shows: pairs of tasks, and all tasks that it names. */
export interface Graph {
  readonly pairs: readonly Pair[];
  readonly drawn: ReadonlySet<number>;
}

export const pairsAlong = (steps: Sequence): Pair[] =>
  steps
    .slice(1)
    .flatMap((step, index) =>
      (steps[index] ?? []).flatMap((from) => step.filter((to) => to !== from).map((to): Pair => [from, to])),
    );

/** The tasks that steps put beside the plan's first task. */
export const besideFirst = (steps: Sequence): number[] => steps.filter((step) => step.includes(0)).flat();

/** Longer lines are skipped: bounds the time for a hostile plan. */
const maxCharacters = 1000;

const name = String.raw`(?:(?:the|suggested|recommended|proposed|planned)[ \t]+)?(?:(?:task|execution|run|running|build|implementation|work|merge)[ \t]+)?(?:order|sequence)(?:[ \t]+of[ \t]+(?:execution|implementation|tasks|work))?|dependency[ \t]+(?:graph|chain|order)|critical[ \t]+path`;
/** `**Execution order:** 1 → 2` on one line or two, or below a heading. */
const labelled = new RegExp(
  String.raw`^(?:[^\w\n]{0,20}(?:${name})[*_]{0,3}[ \t]*:[*_]{0,3}|#{1,6}[ \t]+(?:${name})[ \t]*$)[ \t]*(?:\r?\n){0,2}[ \t]*(.*)$`,
  "gim",
);
const arrow = /[-=─━═]{0,9}[→⟶⇒▶►>]/;
/** An arrow in a code block, where a single `>` compares. */
const drawnArrow = /[→⟶⇒▶►]|[-=─━═]>/;
/** Words about an order that name no task. */
const fillers =
  /\b(?:first(?:ly)?|do|run|runs|start|starts|begin|with|implement|complete|finish|comes?|can|last|alone)\b/gi;
const inParallel =
  /\b(?:all[ \t]+)?(?:in[ \t]+parallel|in[ \t]+any[ \t]+order|parallel|together|concurrently|at[ \t]+the[ \t]+same[ \t]+time)\b/gi;

interface StatedSequence {
  readonly line: string;
  readonly steps: Sequence;
}

/** Reads the sequences next to labels such as `Execution order:` and on the lines below, with or without `Task`. */
export const labelledSequences = (text: string, references: References): StatedSequence[] =>
  [...text.matchAll(labelled)].flatMap((found) => {
    const [line, order = ""] = found;
    const [firstSentence = ""] = order.split(/\.\s/);
    const steps = readSequence(order, references) ?? readSequence(firstSentence, references);
    if (!steps) return [];
    const end = found.index + line.length;
    const [, ...below] = text.slice(end, end + maxCharacters).split(/\r?\n/);
    const sequences = [{ line, steps }];
    for (const next of below) {
      const following = arrow.test(next) ? readSequence(next, references) : undefined;
      if (!following) break;
      sequences.push({ line: next, steps: following });
    }
    return sequences;
  });

/** Reads a block of nothing but lines such as `1 -> 2, 3 -> 4`. Returns undefined for any other block. */
export function sequencesOf({ text }: PlanCode, references: References): Sequence[] | undefined {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(?:^|\s)(?:#|\/\/)\s.*$|;\s*$/, ""))
    .filter((line) => line.trim());
  const sequences = lines.flatMap((line) => {
    const steps = drawnArrow.test(line) ? readSequence(line, references) : undefined;
    return steps ? [steps] : [];
  });
  return lines.length > 0 && sequences.length === lines.length ? sequences : undefined;
}

/**
 * Reads an order of tasks: `1 → 2, 3 → 4`, where commas join tasks of one step, or `1, 2, then 3 and 4 in parallel`,
 * where they separate steps. Returns undefined if the text holds anything else.
 */
export function readSequence(order: string, references: References): Sequence | undefined {
  if (order.length > maxCharacters || /←|<[-=]/.test(order)) return undefined;
  const plain = order
    .replace(/^\s*[-*+]\s|[*`]/g, "")
    .replace(/[([{]([^()[\]{}]*)[)\]}]/g, (_, inner: string) => {
      const group = inner.replace(/[|∥‖,]+/g, " & ");
      return references.tasksInList(group) ? group : " ";
    })
    .replace(/[|∥‖]+/g, " & ")
    .replace(fillers, " ");
  const steps = arrow.test(plain)
    ? plain
        .split(new RegExp(`,?\\s*\\b(?:then|finally)\\b|${arrow.source}`, "i"))
        .map((step) => readStep(step, references))
    : plain.split(/[,;]?\s*\b(?:and\s+)?(?:then|finally)\b/i).flatMap((part) => readSteps(part, references));
  return steps.every((step) => step !== undefined) ? steps : undefined;
}

/** `2 and 3`, `2: its title`. */
function readStep(step: string, references: References): number[] | undefined {
  const text = step.replace(inParallel, " ");
  const [, number = ""] = /^\s*((?:task\s+)?[\w.#]+?)[.:]\s+[^\d]+$/i.exec(text) ?? [];
  return references.tasksInList(text) ?? references.tasksInList(number);
}

/** `1, 2`, which are two steps, or `1, 2 in parallel`, which is one. */
function readSteps(part: string, references: References): (number[] | undefined)[] {
  const list = part.replace(inParallel, " ");
  const steps = list === part ? part.split(/[,;]\s*(?:and\s+)?/i) : [list];
  return steps.filter((step) => step.trim()).map((step) => references.tasksInList(step));
}
