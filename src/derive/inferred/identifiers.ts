import type { PlanTask } from "../../../schemas/plan.ts";
import type { Dependency } from "../dependency.ts";
import { groupPairs } from "../group-pairs.ts";
import type { TaskEvidence } from "./task-evidence.ts";

/** A name in more tasks than this is a word of the whole plan. */
const maxTasks = 4;
/** Shorter names, without separators, are words of any plan. */
const minLength = 8;

/**
 * Finds names that one task introduces and later ones use: commands, flags, fields. `calibrate-gate`, `calibrate_gate`
 * and `cmdCalibrateGate` are one name.
 */
export function findIdentifiers(tasks: readonly TaskEvidence[]): Dependency[] {
  const uses = groupPairs(
    tasks.flatMap(({ index, task }) => {
      const spellings = groupPairs(namesIn(task).map((name) => [keyOf(name), name] as const));
      return [...spellings].map(([key, [name]]) => [key, { name, index }] as const);
    }),
  );
  return [...uses]
    .filter(([key, { length }]) => key.length >= minLength && length <= maxTasks)
    .flatMap(([, [first, ...later]]) =>
      later.map(({ index: to }) => ({
        from: first.index,
        to,
        detail: `introduces \`${first.name}\`, which this task uses`,
      })),
    );
}

const identifier = /--[a-z][\w-]{2,}|[A-Za-z_]\w*(?:[-./:][A-Za-z_]\w*)*/g;

const keyOf = (name: string): string =>
  name
    .replace(/^cmd(?=[A-Z])/, "")
    .replace(/[-_]/g, "")
    .toLowerCase();

/** Names of more than one word: in inline code, and strings and flags in code blocks. */
function namesIn({ section, code }: PlanTask): string[] {
  const inline = [...section.matchAll(/`([^`\n]+)`/g)].flatMap(
    ([, text = ""]) => text.match(identifier) ?? [],
  );
  const compound = inline.filter(
    (text) => /[a-z][A-Z]|\w[_-]\w|^--/.test(text) && !/[./]|A-Z|a-z[A-Z\d]/.test(text),
  );
  const inBlocks = code.flatMap(({ text }) => [
    ...[...text.matchAll(/["']([a-z]+(?:[-_][a-z0-9]+)+)["']/g)].map(([, string = ""]) => string),
    ...(text.match(/(?<=[\s"'`([])--[a-z]+(?:-[a-z]+)+/g) ?? []),
  ]);
  return [...compound, ...inBlocks];
}
