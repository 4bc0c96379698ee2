import * as v from "valibot";
import type { Problem } from "../../problem.ts";
import { warningAt } from "../plan-read.ts";
import { withoutDangling } from "./claims.ts";
import { type FormatTask, idFor, type PlanFormat, planOf } from "./format.ts";
import { writtenIn } from "./paths.ts";

const identifier = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
const common = {
  id: identifier,
  title: v.string(),
  description: v.optional(v.nullable(v.string())),
  details: v.optional(v.nullable(v.string())),
  testStrategy: v.optional(v.nullable(v.string())),
  status: v.optional(v.nullable(v.string())),
  dependencies: v.optional(v.nullable(v.array(identifier))),
};
const taskSchema = v.object({ ...common, subtasks: v.optional(v.nullable(v.array(v.object(common)))) });
const listSchema = v.object({ tasks: v.array(taskSchema) });
type Task = v.InferOutput<typeof taskSchema>;

/**
 * Task Master's `tasks.json`: tags, each with tasks, or, as it was before, tasks alone. Of several tags `master` is
 * read, else the first that has tasks. A task with subtasks stands for these: who depends on it depends on all of them.
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
      const message = `of the tags of this file, ${chosen?.tag} is read, and not ${others.join(", ")}`;
      problems.push(
        warningAt("plan-syntax", file, 1, message, "put the other tag's tasks in a file of their own"),
      );
    }
    const { tasks, done } = flattened(chosen?.tasks ?? [], text);
    const read = planOf(file, undefined, tasks);
    const { plan, problems: dangling } = withoutDangling(read.plan, tasks, done);
    return { plan, problems: [...problems, ...read.problems, ...dangling] };
  },
};

function listsIn(text: string): { tag: string; tasks: Task[] }[] {
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

const isOver = (status: string | null | undefined): boolean =>
  /^(done|completed|cancelled|deferred)$/i.test(status ?? "");

function flattened(
  tasks: readonly Task[],
  text: string,
): { tasks: FormatTask[]; done: Map<string, string | undefined> } {
  const lines = titleLines(text);
  const parts = new Map(
    tasks.map((task) => [task.id, (task.subtasks ?? []).map(({ id }) => dotted(task.id, id))]),
  );
  const done = new Map<string, string | undefined>();
  const resolved = (number: string): string[] => {
    const inner = parts.get(number) ?? [];
    return inner.length > 0 ? inner : [number];
  };
  const found = tasks.flatMap((task): FormatTask[] => {
    const entries = (task.subtasks ?? []).length > 0 ? (task.subtasks ?? []) : [task];
    const above = (task.dependencies ?? []).flatMap(resolved);
    return entries.flatMap((entry): FormatTask[] => {
      const number = entry === task ? task.id : dotted(task.id, entry.id);
      if (isOver(task.status) || isOver(entry.status)) {
        done.set(idFor(number), undefined);
        return [];
      }
      const own = (entry === task ? [] : (entry.dependencies ?? [])).flatMap((id) => {
        const beside = dotted(task.id, id);
        // A number that no subtask beside it has is a task's.
        return parts.get(task.id)?.includes(beside) || !parts.has(id) ? [beside] : resolved(id);
      });
      const paragraphs = [entry.description, entry.details, entry.testStrategy].filter(Boolean);
      const section = [`## Task ${number}: ${entry.title}`, ...paragraphs].join("\n\n");
      const whole = [`${task.title}.`, task.description ?? ""].join(" ").trim();
      return [
        {
          number,
          title: entry.title.replace(/\s+/g, " ").trim() || number,
          section: entry === task ? section : `${section}\n\nPart of task ${task.id}: ${whole}`,
          isComposed: true,
          line: lines.get(entry.title) ?? 1,
          uses: writtenIn(section)
            .filter((path) => path.includes("/"))
            .map((path) => ({ path, use: "modify" })),
          depends: [...own, ...above],
        },
      ];
    });
  });
  return { tasks: found, done };
}

/** The line on which each title stands first. */
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

/** Subtasks name those beside them by a number alone, and others as `3.1`. */
const dotted = (task: string, id: string): string => (id.includes(".") ? id : `${task}.${id}`);
