import type { Plan, PlanTask } from "../../../schemas/plan.ts";
import type { Problem } from "../../problem.ts";
import { linesOf } from "../../text/markdown.ts";
import { unreadCheckWarning, verifyOf } from "../checks/verify-blocks.ts";
import type { UnreadCheck } from "../checks/verify-lines.ts";
import type { UsedFile } from "../files/paths-in-line.ts";
import { writtenFiles } from "../files/written-files.ts";
import { parseBlocks } from "../markdown/parse-blocks.ts";
import { textAndCode } from "../markdown/section-text.ts";
import type { PlanResult } from "../plan-result.ts";
import { freeId } from "../tasks/task-heading.ts";

/** A format in which another tool writes plans, recognised by a file's content. */
export interface PlanFormat {
  /** Whether its marks occur in no other kind of plan, including one with headings of tasks. */
  readonly isSure?: boolean;
  readonly recognises: (text: string, file: string) => boolean;
  readonly read: (text: string, file: string) => PlanResult | Promise<PlanResult>;
}

/** What a format states about a task; the rest follows from its section. */
export type FormatTask = Pick<PlanTask, "number" | "title" | "section" | "line"> & {
  readonly uses?: readonly UsedFile[];
  readonly group?: string;
  /** Numbers of other tasks; undefined if the format states nothing. */
  readonly depends?: readonly string[];
  /** The place of its section, if not in the plan's file. */
  readonly file?: string;
  /** Whether its section is assembled from what lies in one place. */
  readonly isComposed?: true;
};

export const idFor = (number: string): string => `task-${number.toLowerCase()}`;

/** `isMeant` says which unread texts in `<verify>` deserve a warning. */
export function planOf(
  file: string,
  title: string | undefined,
  tasks: readonly FormatTask[],
  isMeant: (check: UnreadCheck) => boolean = () => true,
): PlanResult {
  const problems: Problem[] = [];
  const ids = new Set<string>();
  // A single heading above all tasks groups nothing.
  const groups = new Set(tasks.map(({ group }) => group));
  const isGrouped = groups.size > 1 || /^\W*(wave|phase)\b/i.test([...groups][0] ?? "");
  const whole = fullPaths(tasks.flatMap(({ uses = [] }) => uses.map(({ path }) => path)));
  const plan: Plan = {
    file,
    ...(title ? { title } : {}),
    tasks: tasks.map(({ uses: named = [], depends, group, file: own = file, isComposed, ...task }) => {
      const lines = linesOf(task.section);
      const checks = verifyOf(task.section);
      for (const one of checks.unread.filter(isMeant))
        problems.push(unreadCheckWarning(isComposed ? { ...one, at: 0 } : one, own, task.line));
      const uses = named.map(({ path, use }) => ({ path: whole.get(path) ?? path, use }));
      return {
        ...task,
        id: freeId(idFor(task.number), ids),
        uses,
        files: writtenFiles(uses, [], []),
        verify: checks.verify,
        ...(depends ? { depends: depends.map(idFor) } : {}),
        ...(group && isGrouped ? { group } : {}),
        ...textAndCode(parseBlocks(lines), lines),
      };
    }),
    prose: "",
    code: [],
  };
  return { plan, problems };
}

/** File names that occur in many directories. */
const common =
  /^(?:index|main|mod|lib|__init__|package|README|CHANGELOG|Dockerfile|Makefile|tsconfig|config)\b/i;

/** Completes a file name with its directory, if the tasks name exactly one. */
function fullPaths(paths: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of new Set(paths)) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (name !== path && !common.test(name)) found.set(name, found.has(name) ? name : path);
  }
  return found;
}

/** The same for tasks that are marked as done: their sections still describe what was done. */
export function doneTasks(file: string, tasks: readonly FormatTask[]): Pick<Plan, "done"> {
  return tasks.length > 0 ? { done: planOf(file, undefined, tasks).plan.tasks } : {};
}

/** Removes the indentation of a list entry, so that an inner entry does not parse as code. */
export function entrySection(lines: readonly string[], first: number, last: number): string {
  const own = lines.slice(first - 1, last);
  const [indent = ""] = /^[ \t]*/.exec(own[0] ?? "") ?? [];
  const inner = new RegExp(`^[ \\t]{0,${indent.length}}`);
  return own
    .map((line) => line.replace(inner, ""))
    .join("")
    .trimEnd();
}

/** Shortens a title to one line: without brackets at its end, cut between words. */
export function titleIn(text: string): string {
  const line = text
    .replace(/\s+/g, " ")
    .replace(/(?:\s*(?:\[[^\]]*\]|\(depends\b[^()]*\)))+\s*$/i, "")
    .trim();
  return line.length <= 120 ? line : `${line.slice(0, 119).replace(/\s+\S*$/, "")}…`;
}
