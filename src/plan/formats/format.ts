import type { Plan, PlanTask } from "../../../schemas/plan.ts";
import type { Problem } from "../../problem.ts";
import { unreadCheckWarning, verifyOf } from "../checks/verify-blocks.ts";
import type { UnreadCheck } from "../checks/verify-lines.ts";
import type { UsedFile } from "../files/paths-in-line.ts";
import { writtenFiles } from "../files/written-files.ts";
import { linesOf } from "../markdown/markdown.ts";
import { parseBlocks } from "../markdown/parse-blocks.ts";
import { textAndCode } from "../markdown/section-text.ts";
import type { PlanResult } from "../plan-result.ts";
import { freeId } from "../tasks/task-heading.ts";

/** Plans that other tools write. Which one a file is in is told by what stands in it. */
export interface PlanFormat {
  /** What it is recognised by stands in no other kind of plan, one with headings of tasks included. */
  readonly isSure?: boolean;
  readonly recognises: (text: string, file: string) => boolean;
  readonly read: (text: string, file: string) => PlanResult | Promise<PlanResult>;
}

/** What a format says of a task; the rest follows from its section. */
export type FormatTask = Pick<PlanTask, "number" | "title" | "section" | "line"> & {
  readonly uses?: readonly UsedFile[];
  readonly group?: string;
  /** Numbers of other tasks; absent where the format says nothing. */
  readonly depends?: readonly string[];
  /** Where its section stands, if not in the plan's file. */
  readonly file?: string;
  /** Its section is put together, of what stands in one place. */
  readonly isComposed?: true;
};

export const idFor = (number: string): string => `task-${number.toLowerCase()}`;

/** `isMeant` tells what is worth a warning of what is not read in `<verify>`. */
export function planOf(
  file: string,
  title: string | undefined,
  tasks: readonly FormatTask[],
  isMeant: (check: UnreadCheck) => boolean = () => true,
): PlanResult {
  const problems: Problem[] = [];
  const ids = new Set<string>();
  // One heading above all says nothing.
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

/** Names that many directories hold. */
const common =
  /^(?:index|main|mod|lib|__init__|package|README|CHANGELOG|Dockerfile|Makefile|tsconfig|config)\b/i;

/** For the name of a file, its path with the directory that tasks say it is in, where they say one only. */
function fullPaths(paths: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of new Set(paths)) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (name !== path && !common.test(name)) found.set(name, found.has(name) ? name : path);
  }
  return found;
}

/** The lines of an entry of a list as a text of its own: an entry of an inner list is no code. */
export function entrySection(lines: readonly string[], first: number, last: number): string {
  const own = lines.slice(first - 1, last);
  const [indent = ""] = /^[ \t]*/.exec(own[0] ?? "") ?? [];
  const inner = new RegExp(`^[ \\t]{0,${indent.length}}`);
  return own
    .map((line) => line.replace(inner, ""))
    .join("")
    .trimEnd();
}

/** A title of one line: without what stands in brackets at its end, and cut between words. */
export function titleIn(text: string): string {
  const line = text
    .replace(/\s+/g, " ")
    .replace(/(?:\s*(?:\[[^\]]*\]|\(depends\b[^()]*\)))+\s*$/i, "")
    .trim();
  return line.length <= 120 ? line : `${line.slice(0, 119).replace(/\s+\S*$/, "")}…`;
}
