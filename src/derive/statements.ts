import type { Edge } from "./edge.ts";
import { isAll } from "./fields.ts";
import type { References } from "./references.ts";

/** What sentences about several tasks say. */
export interface Statements {
  readonly edges: readonly Edge[];
  /** Tasks of which it is said that they wait for nothing. */
  readonly free: ReadonlySet<number>;
  /** Groups of tasks that may run side by side. */
  readonly independent: readonly (readonly number[])[];
}

const behind =
  /\b(?:depends?|depending|relies|rely|builds?)\s+(?:up)?on\b|\b(?:requires?|needs?|follows?|consumes?|is\s+blocked\s+by|are\s+blocked\s+by|must\s+(?:come|run|land|follow|happen)\s+after|after|once)\b/i;
const before = /\b(?:blocks?|unblocks?|must\s+(?:come|run|land|be\s+(?:done|completed|finished))\s+before|precedes?|before|feeds?(?:\s+into)?)\b/i;

/** Sentences such as `Tasks 4 and 5 depend on Task 2`, `Task 7 is independent`, `Task 1 → Task 2 → Task 3`. */
export function statementsIn(text: string, references: References): Statements {
  const edges: Edge[] = [];
  const free = new Set<number>();
  const independent: number[][] = [];
  for (const sentence of sentencesOf(text)) {
    const detail = sentence.replace(/[`*]/g, "").trim();
    const add = (from: readonly number[], to: readonly number[]) => {
      for (const one of from) for (const other of to) if (one !== other) edges.push({ from: one, to: other, kind: "statement", detail });
    };
    if (/(?:→|-+>|⟶|⇒|=>)/.test(sentence)) {
      const steps = sentence.split(/\s*(?:→|-+>|⟶|⇒|=>)\s*/).map((step) => references.named(step));
      steps.slice(1).forEach((step, at) => {
        add(steps[at] ?? [], step);
      });
      continue;
    }
    if (/\b(independent|in parallel|parallelizable|no dependenc|any order|concurrently)/i.test(sentence) && !/\bnot\b/i.test(sentence)) {
      const subject = references.named(sentence.split(/\b(?:independent|in parallel|parallel with|with)\b/i)[0] ?? "");
      if (subject.length === 1 && /\bindependent\b|no dependenc|with anything/i.test(sentence)) for (const task of subject) free.add(task);
      const all = references.named(sentence);
      if (all.length > 1) independent.push(all);
      if (!/\bdepends?\s+on\b/i.test(sentence)) continue;
    }
    const split = behind.exec(sentence) ?? undefined;
    const turned = before.exec(sentence) ?? undefined;
    const at = split ?? turned;
    if (!at) continue;
    const [left, right] = [sentence.slice(0, at.index), sentence.slice(at.index + at[0].length)];
    const subject = references.named(left);
    if (split && isAll(right) && references.named(right).length === 0) {
      // "Tasks 8-10 depend on all prior": the first of them and what is before it; the last on the others too.
      for (const task of subject) add(Array.from({ length: task }, (_, before) => before).filter((before) => before < Math.min(...subject)), [task]);
      continue;
    }
    const object = references.named(right);
    if (subject.length === 0 || object.length === 0) continue;
    if (split) add(object, subject);
    else add(subject, object);
  }
  return { edges, free, independent };
}

/** One clause each: lines, and within these what stands between full stops and semicolons. */
const sentencesOf = (text: string): string[] => text.split(/\r?\n|(?<=[.;])\s+(?=[A-Z(])|;\s/);
