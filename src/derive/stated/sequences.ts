import type { PlanCode } from "../../../schemas/plan.ts";
import type { Edge, Kind } from "../edge.ts";
import type { References } from "./references.ts";

/** Groups of tasks, each of which waits for those of the one before it. */
export type Sequence = readonly (readonly number[])[];

/** Each group waits for all of the one before it. */
export const edgesAlong = (steps: Sequence, kind: Kind, detail: string): Edge[] =>
  steps
    .slice(1)
    .flatMap((step, at) =>
      (steps[at] ?? []).flatMap((from) =>
        step.flatMap((to): Edge[] => (from === to ? [] : [{ from, to, kind, detail }])),
      ),
    );

/** A longer line is no order that a person wrote: bounds the time that a hostile plan can take. */
const mostCharacters = 1000;

const name = String.raw`(?:(?:the|suggested|recommended|proposed|planned)[ \t]+)?(?:(?:task|execution|run|running|build|implementation|work|merge)[ \t]+)?(?:order|sequence)(?:[ \t]+of[ \t]+(?:execution|implementation|tasks|work))?|dependency[ \t]+(?:graph|chain|order)|critical[ \t]+path`;
/** `**Execution order:** 1 → 2`, on one line or two, or a heading above it. */
const labelled = new RegExp(
  String.raw`^(?:[^\w\n]{0,20}(?:${name})[*_]{0,3}[ \t]*:[*_]{0,3}|#{1,6}[ \t]+(?:${name})[ \t]*$)[ \t]*(?:\r?\n){0,2}[ \t]*(.*)$`,
  "gim",
);
const arrow = /[-=─━═]{0,9}[→⟶⇒▶►>]/;
/** In a block, `2 > 1` compares. */
const drawnArrow = /[→⟶⇒▶►]|[-=─━═]>/;
/** Words of order that name none. */
const fillers =
  /\b(?:first(?:ly)?|do|run|runs|start|starts|begin|with|implement|complete|finish|comes?|can|last|alone)\b/gi;
const inParallel =
  /\b(?:all[ \t]+)?(?:in[ \t]+parallel|in[ \t]+any[ \t]+order|parallel|together|concurrently|at[ \t]+the[ \t]+same[ \t]+time)\b/gi;

/** The orders that stand behind a label which says so, there or on the lines below: there, bare numbers are tasks. */
export const labelledSequences = (
  text: string,
  references: References,
): { line: string; steps: Sequence }[] =>
  [...text.matchAll(labelled)].flatMap((found) => {
    const [line, order = ""] = found;
    const end = found.index + line.length;
    const [, ...below] = text.slice(end, end + mostCharacters).split(/\r?\n/);
    const [first = ""] = order.split(/\.\s/);
    const steps = sequenceIn(order, references) ?? sequenceIn(first, references);
    const more: { line: string; steps: Sequence }[] = [];
    for (const next of below) {
      const following = arrow.test(next) ? sequenceIn(next, references) : undefined;
      if (!steps || !following) break;
      more.push({ line: next, steps: following });
    }
    return steps ? [{ line, steps }, ...more] : [];
  });

/** The sequences of a block that holds nothing else than lines such as `1 -> 2, 3 -> 4`. */
export function sequencesOf({ text }: PlanCode, references: References): Sequence[] | undefined {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(?:^|\s)(?:#|\/\/)\s.*$|;\s*$/, ""))
    .filter((line) => line.trim());
  const found = lines.flatMap((line) => {
    const steps = drawnArrow.test(line) ? sequenceIn(line, references) : undefined;
    return steps ? [steps] : [];
  });
  return lines.length > 0 && found.length === lines.length ? found : undefined;
}

/** `1 → 2, 3 → 4`, where commas join; `1, 2, then 3 and 4 in parallel`, where they part. */
export function sequenceIn(order: string, references: References): Sequence | undefined {
  if (order.length > mostCharacters || /←|<[-=]/.test(order)) return undefined;
  const plain = order
    .replace(/^\s*[-*+]\s|[*`]/g, "")
    .replace(/[([{]([^()[\]{}]*)[)\]}]/g, (_, inner: string) => {
      const group = inner.replace(/[|∥‖,]+/g, " & ");
      return references.only(group) ? group : " ";
    })
    .replace(/[|∥‖]+/g, " & ")
    .replace(fillers, " ");
  const steps = arrow.test(plain)
    ? plain
        .split(new RegExp(`,?\\s*\\b(?:then|finally)\\b|${arrow.source}`, "i"))
        .map((step) => taskOf(step, references))
    : plain.split(/[,;]?\s*\b(?:and\s+)?(?:then|finally)\b/i).flatMap((part) => partsOf(part, references));
  return steps.every((step) => step !== undefined) ? steps : undefined;
}

/** `2 and 3`, `2: its title`. */
const taskOf = (step: string, references: References): number[] | undefined => {
  const text = step.replace(inParallel, " ");
  const [, number = ""] = /^\s*((?:task\s+)?[\w.#]+?)[.:]\s+[^\d]+$/i.exec(text) ?? [];
  return references.only(text) ?? references.only(number);
};

const partsOf = (part: string, references: References): (number[] | undefined)[] => {
  const list = part.replace(inParallel, " ");
  const steps = list === part ? part.split(/[,;]\s*(?:and\s+)?/i) : [list];
  return steps.filter((step) => step.trim()).map((step) => references.only(step));
};
