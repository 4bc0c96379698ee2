import { fromMarkdown } from "mdast-util-from-markdown";
import type { Plan, PlanTask } from "../../../schemas/plan.ts";
import type { Problem } from "../../problem.ts";
import { textAndCode } from "../section-text.ts";
import type { UsedFile } from "../task-files.ts";
import { verifyOf } from "../verify-blocks.ts";
import { writtenFiles } from "../written-files.ts";

/** Plans that other tools write. Which one a file is in is told by what stands in it. */
export interface PlanFormat {
  /** What it is recognised by stands in no other kind of plan, one with headings of tasks included. */
  readonly isSure?: boolean;
  readonly recognises: (text: string, file: string) => boolean;
  readonly read: (text: string, file: string) => FormatRead | Promise<FormatRead>;
}

export interface FormatRead {
  readonly plan: Plan;
  readonly problems: Problem[];
}

/** What a format says of a task; the rest follows from its section. */
export type FormatTask = Pick<PlanTask, "number" | "title" | "section" | "line"> & {
  readonly uses?: readonly UsedFile[];
  readonly group?: string;
  /** Numbers of other tasks; absent where the format says nothing. */
  readonly depends?: readonly string[];
};

export const idFor = (number: string): string => `task-${number.toLowerCase()}`;

export function planOf(file: string, title: string | undefined, tasks: readonly FormatTask[]): Plan {
  return {
    file,
    ...(title ? { title } : {}),
    tasks: tasks.map(({ uses = [], depends, ...task }) => ({
      ...task,
      id: idFor(task.number),
      uses,
      files: writtenFiles(uses, [], []),
      verify: verifyOf(task.section),
      ...(depends ? { depends: depends.map(idFor) } : {}),
      ...textAndCode(fromMarkdown(task.section).children, task.section.split(/(?<=\n)/)),
    })),
    prose: "",
    code: [],
  };
}

/** Words of a line that are paths: with a slash and a name behind it, or a name with an ending. */
export function pathsInText(text: string): string[] {
  const words =
    text.match(/[\w.@~[\]-]{0,100}(?:\/[\w.@*[\]-]{1,100})+\/?|\b[\w-]{1,100}\.[A-Za-z]\w{0,5}\b/g) ?? [];
  return [...new Set(words.map((word) => word.replace(/[.:]+$/, "")))].filter(
    (word) =>
      !/^\/|^\w+:\/\/|^(e\.g|i\.e|etc)/.test(word) && /\.\w+$|\/$|\/.*\/|^(src|lib|tests?|app)\//.test(word),
  );
}

export const problemAt = (
  code: Problem["code"],
  file: string,
  line: number,
  message: string,
  hint: string,
): Problem => ({
  code,
  severity: "warning",
  message,
  place: { file, line, column: 1 },
  hint,
});
