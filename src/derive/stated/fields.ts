import type { Edge } from "../edge.ts";
import type { TaskFacts } from "../inferred/task-evidence.ts";
import { fieldReader } from "./field-value.ts";
import type { References } from "./references.ts";

/** A task's field of which something cannot be used. */
export interface UnusedField {
  readonly task: number;
  /** It names what is no task of the plan; the task itself; or nothing that can be read. */
  readonly why: "unknown" | "self" | "unread";
  /** What cannot be used, as written. */
  readonly what: readonly string[];
  /** Counts from 1, in the plan. */
  readonly line: number;
}

/** At the start of a line, or in bold within one. */
const label =
  /(?:^[^\S\n]{0,20}(?:[-*+][^\S\n]{1,8})?[*_]{0,3}|[^\S\n][*_]{2})(depends(?:[\s_]on)?|blocked\s+by|deps|dependenc(?:y|ies)|predecessors?|requires|prerequisites?|needs|after|依赖于?|前置(?:任务|条件)?)[*_]{0,3}\s?[:：][*_]{0,3}/gim;
/** Another label on the same line, where what a field says ends. */
const another = /[\s|·;,.]{0,5}\*\*\w[^*\n]{0,40}:\*\*/;
/** Others may tell of packages, or of what a reader must have. */
const isOfTasks = /^(?:depends|blocked|predecessor)/i;
/** A heading that is such a label. */
const headed =
  /^#{2,6}[^\S\n]+(depends\s+on|dependenc(?:y|ies)|blocked\s+by|prerequisites?)[^\S\n]{0,9}:?[^\S\n]{0,9}$/gim;

/**
 * What a task's own `**Depends on:**` says. `said` holds the tasks that have such a field, also one that says none:
 * of them nothing else is guessed.
 */
export function fieldEdges(
  tasks: readonly TaskFacts[],
  references: References,
): { edges: Edge[]; said: Set<number>; unused: UnusedField[] } {
  const edges: Edge[] = [];
  const said = new Set<number>();
  const unused: UnusedField[] = [];
  const byId = new Map(tasks.map(({ at, task }) => [task.id, at]));
  const read = fieldReader(tasks, references);
  for (const { at, task } of tasks) {
    if (task.depends) {
      said.add(at);
      for (const id of task.depends) {
        const from = byId.get(id);
        if (from !== undefined && from !== at)
          edges.push({ from, to: at, kind: "field", detail: `depends on ${id}` });
      }
    }
    const lineAt = linesOf(task);
    for (const { name, text, start } of fieldsIn(task.prose)) {
      const value = withoutDenials(text);
      const { isNone, tasks: named, unknown } = read(value, at);
      const skip = (why: UnusedField["why"], ...what: readonly string[]) =>
        unused.push({ task: at, why, what: what.map((one) => one.trim()), line: lineAt(start) });
      const missing = unknown.filter(({ isSure }) => isSure || isOfTasks.test(name));
      if (missing.length > 0) skip("unknown", ...new Set(missing.map((one) => one.name)));
      if (named.length > 0 || isNone) said.add(at);
      else if (unknown.length === 0 && isOfTasks.test(name) && /[\p{L}\p{N}]/u.test(text))
        skip("unread", text);
      for (const from of named) {
        if (from === at) skip("self", value);
        else edges.push({ from, to: at, kind: "field", detail: value.trim() });
      }
    }
  }
  return { edges, said, unused };
}

interface Field {
  readonly name: string;
  /** On one line. */
  readonly text: string;
  /** Where it starts in the task's prose. */
  readonly start: number;
}

/** More of a field is not read: bounds the time that a hostile plan can take. */
const mostOfField = 4000;

/** The fields of a task; what one of them says may stand in a list below it. */
function fieldsIn(prose: string): Field[] {
  const found = [...prose.matchAll(label), ...prose.matchAll(headed)];
  return found.flatMap(({ 0: whole, 1: name = "", index }): Field[] => {
    const start = index + whole.length - whole.trimStart().length;
    const rest = prose.slice(index + whole.length, index + whole.length + mostOfField);
    const [line = ""] = /^.*/.exec(rest) ?? [];
    const end = line.search(another);
    const value = end < 0 ? line : line.slice(0, end);
    if (value.trim() !== "") return [{ name, text: value.trim(), start }];
    const [list = ""] = /^(?:[^\S\n]*\n){0,2}(?:[^\S\n]*[-*+][^\S\n].*(?:\n|$))+/.exec(rest) ?? [];
    return (list.match(/[^\n]+/g) ?? []).map((item) => ({
      name,
      text: item.replace(/^\s*[-*+]\s+(?:\[[ xX]\]\s*)?/, "").replace(/^([^:]{1,80}):\**\s.*$/, "$1"),
      start,
    }));
  });
}

/** Gives the line of the plan on which a task's prose has something: its code is left out there. */
function linesOf({ prose, section, line }: TaskFacts["task"]): (start: number) => number {
  let lines: string[] | undefined;
  return (start) => {
    lines ??= section.split(/\r\n|\n|\r/);
    const from = prose.lastIndexOf("\n", start - 1) + 1;
    const end = prose.indexOf("\n", from);
    return line + Math.max(0, lines.indexOf(prose.slice(from, end < 0 ? undefined : end)));
  };
}

/**
 * Without what names a task to say that it is none, behind the first part: `No dependency on task 2`, `~~Task 2~~`,
 * and without what waits for this one: `Blocks Task 5`.
 */
const withoutDenials = (value: string): string =>
  value
    .replace(/~~[^~\n]{0,200}~~/g, " ")
    .replace(/(?<=[\s(*_·|.,;])(?:un)?blocks\b.*$/i, "")
    .split(/(?<=[.;])\s+|(?=\s[—–]\s\p{L})/u)
    .filter((part, at) => at === 0 || !isDenial.test(part))
    .join(" ");
const isDenial =
  /\bno\s+dependenc|\bnot\s+(?:depend|required|needed)|\bindependent\b|\bparallel|\boptional\b|\balongside\b/i;
