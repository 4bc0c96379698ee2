import type { PlanCode } from "../../../schemas/plan.ts";
import type { Edge } from "../edge.ts";
import type { TaskFacts } from "./task-evidence.ts";

/** A name that more tasks than this use is a word of the whole plan. */
const mostUsers = 4;
/** Shorter ones, separators left out, are words of any plan. */
const leastLength = 8;

/**
 * Names that the plan says first in one task and again in a later one: commands, flags, fields. `calibrate-gate`,
 * `calibrate_gate` and `cmdCalibrateGate` are one name.
 */
export function nameEdges(tasks: readonly TaskFacts[]): Edge[] {
  const users = new Map<string, { said: string; by: number[] }>();
  for (const { at, task } of tasks) {
    const said = new Map<string, string>();
    for (const one of namesOf(task.section, task.code))
      if (!said.has(folded(one))) said.set(folded(one), one);
    for (const [key, one] of said) {
      if (key.length < leastLength) continue;
      const found = users.get(key);
      if (found) found.by.push(at);
      else users.set(key, { said: one, by: [at] });
    }
  }
  return [...users.values()].flatMap(({ said, by: [from = 0, ...later] }) =>
    later.length >= mostUsers
      ? []
      : later.map(
          (to): Edge => ({ from, to, kind: "name", detail: `says \`${said}\`, which it says first` }),
        ),
  );
}

const name = /--[a-z][\w-]{2,}|[A-Za-z_]\w*(?:[-./:][A-Za-z_]\w*)*/g;

const folded = (text: string): string =>
  text
    .replace(/^cmd(?=[A-Z])/, "")
    .replace(/[-_]/g, "")
    .toLowerCase();

/** Names in inline code, and strings and flags in code blocks, that are more than one word. */
function namesOf(section: string, code: readonly PlanCode[]): string[] {
  const quoted = [...section.matchAll(/`([^`\n]+)`/g)].flatMap(([, text = ""]) => text.match(name) ?? []);
  const several = quoted.filter(
    (text) => /[a-z][A-Z]|\w[_-]\w|^--/.test(text) && !/[./]|A-Z|a-z[A-Z\d]/.test(text),
  );
  const inCode = code.flatMap(({ text }) => [
    ...[...text.matchAll(/["']([a-z]+(?:[-_][a-z0-9]+)+)["']/g)].map(([, string = ""]) => string),
    ...(text.match(/(?<=[\s"'`([])--[a-z]+(?:-[a-z]+)+/g) ?? []),
  ]);
  return [...several, ...inCode];
}
