import { withoutDenial } from "./denials.ts";
import type { Edge } from "./edge.ts";
import { isAll } from "./field-value.ts";
import type { References } from "./references.ts";

/** What sentences outside of the tasks say about them. */
export interface Statements {
  readonly edges: readonly Edge[];
  /** Tasks of which it is said that they wait for nothing. */
  readonly free: ReadonlySet<number>;
}

const behind =
  /\bnot\s+(?:\w+\s+){1,3}(?:before|until)\b|\b(?:depends?|depending|relies|rely|builds?|blocks?|waits?)\s+(?:up)?on\b|\bwaits?\s+for\b|\b(?:requires?|needs?|follows?|consumes?|(?:is|are)\s+blocked\s+by|must\s+(?:come|run|land|follow|happen)\s+after|after|once)\b/i;
const before =
  /\b(?:blocks?|unblocks?|must\s+(?:come|run|land|be\s+(?:done|completed|finished))\s+before|precedes?|before|feeds?(?:\s+into)?)\b/i;
const arrow = /→|-{1,9}>|⟶|⇒|=>/;

/** Sentences such as `Tasks 4 and 5 depend on Task 2`, `Task 7 is independent`, `Task 1 → Task 2 → Task 3`. */
export function statementsIn(text: string, references: References): Statements {
  const said = sentencesOf(text).map((sentence) => statementIn(sentence, references));
  return { edges: said.flatMap(({ edges }) => edges), free: new Set(said.flatMap(({ free }) => free)) };
}

/** One clause each: lines, and within these what stands between full stops and semicolons. */
const sentencesOf = (text: string): string[] => text.split(/\r?\n|(?<=[.;])\s+(?=[A-Z(])|;\s/);

function statementIn(whole: string, references: References): { edges: Edge[]; free: number[] } {
  const sentence = withoutDenial(whole);
  const detail = whole.replace(/[`*]/g, "").replace(/\s+/g, " ").trim();
  const edgesFrom = (from: readonly number[], to: readonly number[]): Edge[] =>
    from.flatMap((one) =>
      to.flatMap((other): Edge[] =>
        one === other ? [] : [{ from: one, to: other, kind: "statement", detail: `"${detail}"` }],
      ),
    );
  if (arrow.test(sentence)) {
    const steps = sentence.split(arrow).map((step) => references.named(step));
    return { edges: steps.slice(1).flatMap((step, at) => edgesFrom(steps[at] ?? [], step)), free: [] };
  }
  if (/\b(?:independent|in parallel|parallelizable|no dependenc|any order|concurrently)/i.test(sentence)) {
    const [subject = ""] = sentence.split(/\b(?:independent|in parallel|parallel with|with)\b/i);
    const isOne = /\bindependent\b|no dependenc|with anything/i.test(sentence) && !/\bnot\b/i.test(sentence);
    const named = references.named(subject);
    if (!/\bdepends?\s+on\b|\b(?:once|after)\s+tasks?\b/i.test(sentence))
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
