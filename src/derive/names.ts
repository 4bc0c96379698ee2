import type { Edge } from "./edge.ts";
import type { TaskFacts } from "./facts.ts";
export const nopts = { strings: false, routes: false, flags: true, fold: true, max: 4, len: 6 };

/** A name that more tasks than this use is a word of the whole plan. */
const mostUsers = 4;

/**
 * Names that the plan first says in one task, and says again in a later one: commands, flags, fields, tables. Names
 * that stand outside of the tasks were there before.
 */
export function nameEdges(tasks: readonly TaskFacts[], outside: string): Edge[] {
  const known = new Set(outside.match(names) ?? []);
  const users = new Map<string, number[]>();
  for (const { at, task } of tasks) {
    for (const name of new Set([...quotedNames(task.section), ...(nopts.strings ? stringsIn(task.code) : []), ...(nopts.flags ? flagsIn(task.code) : []), ...(nopts.routes ? routesIn(task.section) : [])].map((x) => nopts.fold ? x.replace(/^cmd/,"").replace(/[-_]/g, "").toLowerCase() : x))) {
      if (known.has(name)) continue;
      const found = users.get(name);
      if (found) found.push(at);
      else users.set(name, [at]);
    }
  }
  const edges: Edge[] = [];
  for (const [name, [from, ...later]] of users) {
    if (from === undefined || later.length + 1 > nopts.max) continue;
    for (const to of later) edges.push({ from, to, kind: "name", detail: `says \`${name}\`, which it says first` });
  }
  return edges;
}

const names = /--[a-z][\w-]{2,}|[A-Za-z_][\w]*(?:[-./:][A-Za-z_]\w*)*/g;

/** Names in inline code and in code blocks that are distinct enough. */
function quotedNames(section: string): string[] {
  return [...section.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = ""]) => (code.match(names) ?? []).filter((name) => name.length >= nopts.len && !/[./]|A-Z|a-z[A-Z\d]/.test(name) && /[a-z][A-Z]|\w[_-]\w|^--/.test(name)));
}

const stringsIn = (code: readonly { text: string }[]): string[] =>
  code.flatMap(({ text }) => [...text.matchAll(/["']([a-z]+(?:[-_][a-z0-9]+)+)["']/g)].map(([, name = ""]) => name).filter((name) => name.length >= 6));
const flagsIn = (code: readonly { text: string }[]): string[] => code.flatMap(({ text }) => text.match(/(?<=[\s"'`(\[])--[a-z]+(?:-[a-z]+)+/g) ?? []);
const routesIn = (text: string): string[] => (text.match(/(?<![\w.])\/(?:api|v\d)(?:\/[\w{}:-]+)+/g) ?? []);
