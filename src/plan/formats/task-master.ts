import * as v from "valibot";
import type { Problem } from "../../problem.ts";
import { quoted } from "../../text/printable.ts";
import { warningAt } from "../plan-result.ts";
import { duplicateTasks } from "../tasks/headings.ts";
import { leftOut } from "./excluded-tasks.ts";
import { doneTasks, type FormatTask, idFor, type PlanFormat, planOf } from "./format.ts";
import { withoutDangling } from "./parallel-claims.ts";
import { writtenIn } from "./paths.ts";

const identifier = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
/** A list, or its only entry. */
const identifiers = v.union([
  v.array(identifier),
  v.pipe(
    identifier,
    v.regex(/^[^\s,]*$/),
    v.transform((one) => (one === "" ? [] : [one])),
  ),
]);
const common = {
  id: identifier,
  title: v.string(),
  description: v.optional(v.nullable(v.string())),
  details: v.optional(v.nullable(v.string())),
  testStrategy: v.optional(v.nullable(v.string())),
  status: v.optional(v.nullable(v.string())),
  dependencies: v.optional(v.nullable(identifiers)),
};
const taskSchema = v.object({ ...common, subtasks: v.optional(v.nullable(v.array(v.object(common)))) });
const listSchema = v.object({ tasks: v.array(v.record(v.string(), v.unknown())) });
type Entries = v.InferOutput<typeof listSchema>["tasks"];
type Task = v.InferOutput<typeof taskSchema>;

/**
 * Task Master's `tasks.json`: tags with tasks or, in its older form, tasks alone. Of several tags, `master` is read, or
 * else the first with tasks. A task with subtasks is replaced by them: what depends on it depends on all of them.
 */
export const taskMaster: PlanFormat = {
  isSure: true,
  recognises: (text) => listsIn(text).length > 0,
  read: (text, file) => {
    const lists = listsIn(text);
    const chosen =
      lists.find(({ tag, tasks }) => tag === "master" && tasks.length > 0) ??
      lists.find(({ tasks }) => tasks.length > 0) ??
      lists[0];
    const others = lists.flatMap((list) => (list !== chosen && list.tasks.length > 0 ? [list.tag] : []));
    const problems: Problem[] = [];
    if (others.length > 0) {
      const message = `only tag ${chosen?.tag} of this file is read, not ${others.join(", ")}`;
      problems.push(
        warningAt("plan-syntax", file, 1, message, "move the other tag's tasks to a file of their own"),
      );
    }
    const lines = titleLines(text);
    const entries = (chosen?.tasks ?? []).map((entry) => taskIn(entry, file, lines));
    const own = entries.flatMap(({ task }) => task ?? []);
    const { tasks, done, left, gone } = flattened(own, lines);
    const read = planOf(file, undefined, tasks);
    const { plan, problems: dangling } = withoutDangling(
      { ...read.plan, ...doneTasks(file, done) },
      tasks,
      gone,
    );
    return {
      plan,
      problems: [
        ...problems,
        ...entries.flatMap(({ problem }) => problem ?? []),
        ...read.problems,
        ...duplicateTasks(plan.tasks, file),
        ...leftOut(left, {
          which: "that are deferred or cancelled",
          file,
          hint: "to include one, set its `status` to `pending`",
        }),
        ...dangling,
      ],
    };
  },
};

function listsIn(text: string): { tag: string; tasks: Entries }[] {
  if (!/^\s*\{/.test(text)) return [];
  try {
    const top: unknown = JSON.parse(text);
    const alone = v.safeParse(listSchema, top);
    if (alone.success) return [{ tag: "master", tasks: alone.output.tasks }];
    return Object.entries(top as object).flatMap(([tag, value]) => {
      const read = v.safeParse(listSchema, value);
      return read.success ? [{ tag, tasks: read.output.tasks }] : [];
    });
  } catch {
    return [];
  }
}

/** A task, or a warning about the field that is invalid. */
function taskIn(
  entry: Entries[number],
  file: string,
  lines: ReadonlyMap<string, number>,
): { task?: Task; problem?: Problem } {
  const read = v.safeParse(taskSchema, entry);
  if (read.success) return { task: read.output };
  const [issue] = read.issues;
  const name = quoted(String(entry.id ?? entry.title ?? "without a name"));
  const field = quoted(v.getDotPath(issue) ?? "");
  const found = typeof issue.input === "string" ? quoted(issue.input) : issue.received;
  const warning = warningAt(
    "plan-syntax",
    file,
    lines.get(String(entry.title)) ?? 1,
    `expected ${field} of task ${name} to be as Task Master writes it, found ${found === "undefined" ? "none" : found}`,
    'give each task an `id` and a `title` (texts or numbers), and `dependencies` such as `["1", "2"]`',
  );
  return { problem: { ...warning, severity: "error" } };
}

const isDone = (status: string | null | undefined): boolean => /^(?:done|completed)$/i.test(status ?? "");
const isDropped = (status: string | null | undefined): boolean =>
  /^(?:cancell?ed|deferred)$/i.test(status ?? "");

/** `left` are deferred or cancelled tasks; `gone` are these and the finished ones, for `withoutDangling`. */
function flattened(
  tasks: readonly Task[],
  lines: ReadonlyMap<string, number>,
): {
  tasks: FormatTask[];
  done: FormatTask[];
  left: { number: string; line: number }[];
  gone: Map<string, string | undefined>;
} {
  const parts = new Map(
    tasks.map((task) => [task.id, (task.subtasks ?? []).map(({ id }) => dotted(task.id, id))]),
  );
  const left: { number: string; line: number }[] = [];
  const gone = new Map<string, string | undefined>();
  const resolved = (number: string): string[] => {
    const inner = parts.get(number) ?? [];
    return inner.length > 0 ? inner : [number];
  };
  const done: FormatTask[] = [];
  const found = tasks.flatMap((task): FormatTask[] => {
    const entries = (task.subtasks ?? []).length > 0 ? (task.subtasks ?? []) : [task];
    const above = (task.dependencies ?? []).flatMap(resolved);
    return entries.flatMap((entry): FormatTask[] => {
      const number = entry === task ? task.id : dotted(task.id, entry.id);
      const line = lines.get(entry.title) ?? 1;
      const statuses = [task.status, entry.status];
      const dropped = statuses.find(isDropped);
      if (statuses.some(isDone) || dropped) {
        const why = statuses.some(isDone) ? undefined : dropped?.toLowerCase();
        gone.set(idFor(number), why);
        if (why) left.push({ number, line });
        else done.push(sectionTask(task, entry, number, line));
        return [];
      }
      const own = (entry === task ? [] : (entry.dependencies ?? [])).flatMap((id) => {
        const beside = dotted(task.id, id);
        // A number that no sibling subtask has is a task's.
        return parts.get(task.id)?.includes(beside) || !parts.has(id) ? [beside] : resolved(id);
      });
      return [{ ...sectionTask(task, entry, number, line), depends: [...own, ...above] }];
    });
  });
  return { tasks: found, done, left, gone };
}

/** A task or subtask with its section, which is composed of its fields, and the files that this names. */
function sectionTask(
  task: Task,
  entry: Task | NonNullable<Task["subtasks"]>[number],
  number: string,
  line: number,
): FormatTask {
  const paragraphs = [entry.description, entry.details, entry.testStrategy].filter(Boolean);
  const section = [`## Task ${number}: ${entry.title}`, ...paragraphs].join("\n\n");
  const whole = [`${task.title}.`, task.description ?? ""].join(" ").trim();
  return {
    number,
    title: entry.title.replace(/\s+/g, " ").trim() || number,
    section: entry === task ? section : `${section}\n\nPart of task ${task.id}: ${whole}`,
    isComposed: true,
    line,
    uses: writtenIn(section)
      .filter((path) => path.includes("/") || atRoot.test(path))
      .map((path) => ({ path, use: "modify" })),
  };
}

/** Files without a directory that certainly belong to the project. */
const atRoot =
  /^(?:package\.json|[jt]sconfig(?:\.\w+)?\.json|pyproject\.toml|requirements\.txt|Cargo\.toml|go\.mod|Dockerfile|Makefile|docker-compose(?:\.\w+)?\.ya?ml|[\w-]+\.config\.[cm]?[jt]s|\.env(?:\.\w+)?|\.git(?:ignore|attributes)|\.editorconfig)$/;

/** The line of each title's first occurrence. */
function titleLines(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [at, line] of text.split("\n").entries()) {
    for (const [, title = '""'] of line.matchAll(/"title"\s*:\s*("(?:[^"\\]|\\.)*")/g)) {
      const plain: string = JSON.parse(title);
      if (!found.has(plain)) found.set(plain, at + 1);
    }
  }
  return found;
}

/** Resolves a reference: subtasks name their siblings by number alone, and others as `3.1`. */
const dotted = (task: string, id: string): string => (id.includes(".") ? id : `${task}.${id}`);
