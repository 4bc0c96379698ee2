import type { Plan, PlanTask } from "../../../schemas/plan.ts";
import { createFieldReader, type FieldReader } from "./field-value.ts";
import type { References } from "./references.ts";
import { mergeStated, type StatedOrder, type UnusedField } from "./stated-order.ts";

/** At the start of a line, or in bold within one. */
const label =
  /(?:^[^\S\n]{0,20}(?:[-*+][^\S\n]{1,8})?[*_]{0,3}|[^\S\n][*_]{2})(depends(?:[\s_]on)?|blocked\s+by|deps|dependenc(?:y|ies)|predecessors?|requires|prerequisites?|needs|after|依赖于?|前置(?:任务|条件)?)[*_]{0,3}\s?[:：][*_]{0,3}/gim;
const headingLabel =
  /^#{2,6}[^\S\n]+(depends\s+on|dependenc(?:y|ies)|blocked\s+by|prerequisites?)[^\S\n]{0,9}:?[^\S\n]{0,9}$/gim;
/** Another label on the same line, which ends a field's value. */
const nextLabel = /[\s|·;,.]{0,5}\*\*\w[^*\n]{0,40}:\*\*/;
/** Labels that always concern tasks. Others may concern packages, or what a reader must have. */
const taskLabel = /^(?:depends|blocked|predecessor)/i;

/** Reads the fields of tasks, such as `**Depends on:**`, and the dependencies that a plan's format lists. */
export function readFields({ tasks }: Plan, references: References): StatedOrder {
  const indexes = new Map(tasks.map(({ id }, index) => [id, index]));
  const readValue = createFieldReader(tasks, references);
  return mergeStated(
    tasks.flatMap((task, index) => {
      const lineAt = lineFinder(task);
      const fields = fieldsIn(task.prose).map((field) => readField(field, index, readValue, lineAt));
      return task.depends ? [listedDependencies(task.depends, index, indexes), ...fields] : fields;
    }),
  );
}

const listedDependencies = (
  ids: readonly string[],
  task: number,
  indexes: ReadonlyMap<string, number>,
): StatedOrder => ({
  dependencies: ids
    .flatMap((id) => indexes.get(id) ?? [])
    .filter((from) => from !== task)
    .map((from) => ({ from, to: task, detail: "listed in this task's dependencies" })),
  settled: [task],
});

function readField(
  { name, text, start }: Field,
  task: number,
  readValue: FieldReader,
  lineAt: (start: number) => number,
): StatedOrder {
  const value = withoutDenials(text);
  const { isNone, tasks, unknown } = readValue(value, task);
  const unused = (reason: UnusedField["reason"], values: Iterable<string>): UnusedField[] => [
    { task, reason, values: [...values].map((one) => one.trim()), line: lineAt(start) },
  ];
  const isSettled = tasks.length > 0 || isNone;
  const missing = unknown.filter(({ isSure }) => isSure || taskLabel.test(name));
  const isUnread = !isSettled && unknown.length === 0 && taskLabel.test(name) && /[\p{L}\p{N}]/u.test(text);
  return {
    dependencies: tasks
      .filter((from) => from !== task)
      .map((from) => ({ from, to: task, detail: `"${value.trim()}"` })),
    settled: isSettled ? [task] : [],
    unusedFields: [
      ...(missing.length > 0 ? unused("unknown", new Set(missing.map((one) => one.name))) : []),
      ...(isUnread ? unused("unread", [text]) : []),
      ...(tasks.includes(task) ? unused("self", [value]) : []),
    ],
  };
}

interface Field {
  readonly name: string;
  /** The value, on one line. */
  readonly text: string;
  /** Where the field starts in the task's prose. */
  readonly start: number;
}

/** The rest of a longer field is not read: bounds the time for a hostile plan. */
const maxCharacters = 4000;

/** Finds the fields of a task. One whose value is a list below the label gives a field for each entry. */
function fieldsIn(prose: string): Field[] {
  return [...prose.matchAll(label), ...prose.matchAll(headingLabel)].flatMap(
    ({ 0: whole, 1: name = "", index }): Field[] => {
      const start = index + whole.length - whole.trimStart().length;
      const rest = prose.slice(index + whole.length, index + whole.length + maxCharacters);
      const [line = ""] = /^.*/.exec(rest) ?? [];
      const end = line.search(nextLabel);
      const value = (end < 0 ? line : line.slice(0, end)).trim();
      if (value !== "") return [{ name, text: value, start }];
      const [list = ""] = /^(?:[^\S\n]*\n){0,2}(?:[^\S\n]*[-*+][^\S\n].*(?:\n|$))+/.exec(rest) ?? [];
      return (list.match(/[^\n]+/g) ?? []).map((entry) => ({
        name,
        text: entry.replace(/^\s*[-*+]\s+(?:\[[ xX]\]\s*)?/, "").replace(/^([^:]{1,80}):\**\s.*$/, "$1"),
        start,
      }));
    },
  );
}

/** Creates a function that finds the line in the plan for a place in a task's prose, which is without code blocks. */
function lineFinder({ prose, section, line }: PlanTask): (start: number) => number {
  let lines: string[] | undefined;
  return (start) => {
    lines ??= section.split(/\r\n|\n|\r/);
    const from = prose.lastIndexOf("\n", start - 1) + 1;
    const end = prose.indexOf("\n", from);
    return line + Math.max(0, lines.indexOf(prose.slice(from, end < 0 ? undefined : end)));
  };
}

/**
 * Removes from a value what is struck through (`~~Task 2~~`), what waits for this task (`Blocks Task 5`), and later
 * parts that deny a dependency (`No dependency on task 2`).
 */
const withoutDenials = (value: string): string =>
  value
    .replace(/~~[^~\n]{0,200}~~/g, " ")
    .replace(/(?<=[\s(*_·|.,;])(?:un)?blocks\b.*$/i, "")
    .split(/(?<=[.;])\s+|(?=\s[—–]\s\p{L})/u)
    .filter((part, index) => index === 0 || !denial.test(part))
    .join(" ");
const denial =
  /\bno\s+dependenc|\bnot\s+(?:depend|required|needed)|\bindependent\b|\bparallel|\boptional\b|\balongside\b/i;
