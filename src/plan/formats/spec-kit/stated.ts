import type { Block } from "../../../text/markdown.ts";
import { headingText } from "../../tasks/task-heading.ts";

/** Numbers of tasks, each with the tasks that it waits for. */
export type Waits = ReadonlyMap<string, readonly string[]>;

/** The pattern of a list of tasks: `T001, T003-T005 and T007`. */
export const numbers = String.raw`(?:T\d+[a-z]?(?:\s*(?:,\s*(?:and)?|and|&|\+|to|through|[–—-])\s*(?=T\d))?)+`;

const ofOrder = /^(?!\W*phase\s+\d).*\b(?:dependenc(?:y|ies)|execution\s+order)\b/i;
/** Entries with a box are tasks wherever they are. */
const task = /^\s*[-*+]\s+\[.\]/;
const arrow = /→|-{1,9}>|⟶|⇒|=>/;
const notBefore = /(?:\bnot|\bcannot|n['’]t)\s+(?:\w+\s+){1,3}(?:before|until)\b/gi;
const denial = /\b(?:not|never|cannot|if|would|might|unless)\b|n['’]t\b|←|<[-=]/i;
const connective =
  /\b(after|depends?\s+on|(?:is\s+|are\s+)?blocked\s+by|requires?|needs?|waits?\s+for|before|blocks?)\b/i;
const isBefore = /^(?:before|blocks?)$/i;
/** No person writes longer lines or more pairs: bounds the time that a hostile plan can take. */
const [mostCharacters, mostPairs] = [1000, 10_000];

/**
 * Reads the order that a plan states below headings such as `Dependencies & Execution Order`: lines with tasks on both
 * sides of an arrow, or of a word such as `after`, `depends on` and `before`.
 */
export function statedOrder(
  blocks: readonly Block[],
  lines: readonly string[],
  known: readonly string[],
): Waits {
  const places = new Map(known.map((number, at) => [number, at]));
  const found = new Map<string, string[]>();
  for (const [from, to] of linesOfOrder(blocks, lines).flatMap(clausesOf).flatMap(pairsIn)) {
    const [before, behind] = [from, to].map((text) => tasksIn(text, known, places)) as [string[], string[]];
    if (before.length * behind.length > mostPairs) continue;
    for (const number of behind) {
      const waits = found.get(number) ?? [];
      for (const one of before) if (one !== number) waits.push(one);
      found.set(number, waits);
    }
  }
  return found;
}

function linesOfOrder(blocks: readonly Block[], lines: readonly string[]): string[] {
  const headings = blocks.filter((block) => block.type === "heading");
  let within: number | undefined;
  return headings.flatMap((heading, at) => {
    if (within !== undefined && heading.depth <= within) within = undefined;
    if (within === undefined && ofOrder.test(headingText(heading))) within = heading.depth;
    if (within === undefined) return [];
    const end = headings[at + 1]?.line;
    return lines
      .slice(heading.lastLine, end === undefined ? undefined : end - 1)
      .filter((line) => !task.test(line) && line.length <= mostCharacters);
  });
}

/** Splits a line with several words of order at its commas. */
const clausesOf = (line: string): string[] =>
  line
    .replace(/[*_`]/g, "")
    .replace(notBefore, "after")
    .split(/;|\.\s/)
    .filter((clause) => !denial.test(clause))
    .flatMap((clause) =>
      arrow.test(clause) || clause.split(connective).length <= 3 ? [clause] : clause.split(","),
    );

/** Two texts: the tasks of the first come before those of the second. */
function pairsIn(clause: string): [string, string][] {
  const steps = clause.split(arrow);
  if (steps.length > 1) return steps.slice(1).map((step, at) => [steps[at] ?? "", step]);
  const [subject = "", word = "", object = "", ...more] = clause.split(connective);
  if (more.length > 0) return [];
  return [isBefore.test(word) ? [subject, object] : [object, subject]];
}

/** The tasks of a text. Brackets after other tasks are a remark. */
function tasksIn(text: string, known: readonly string[], places: ReadonlyMap<string, number>): string[] {
  const inside = (part: string) =>
    (part.match(new RegExp(numbers, "gi")) ?? []).flatMap((list) => numbersIn(list, known, places));
  const outside = inside(text.replace(/\([^()]*\)/g, " "));
  return outside.length > 0 ? outside : inside(text);
}

/** Expands `T001, T003-T005 and T007`: a range includes the tasks between its ends. */
export function numbersIn(
  list: string,
  known: readonly string[],
  places: ReadonlyMap<string, number>,
): string[] {
  const found: string[] = [];
  let isRange = false;
  for (const [token] of list.matchAll(/T\d+[a-z]?|\b(?:to|through)\b|[–—-]/gi)) {
    if (!/^T\d/i.test(token)) {
      isRange = true;
      continue;
    }
    const number = token.toUpperCase().replace(/[A-Z]$/, (letter) => letter.toLowerCase());
    const from = places.get(found.at(-1) ?? "");
    const between = isRange && from !== undefined ? known.slice(from + 1, places.get(number)) : [];
    for (const one of [...between, number]) found.push(one);
    isRange = false;
  }
  return found;
}
