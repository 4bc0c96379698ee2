import type { Heading } from "mdast";
import * as v from "valibot";
import { type Manifest, manifestSchema } from "../../schemas/manifest.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import { isError, type Problem } from "../problem.ts";
import { quoted } from "../text/printable.ts";
import { titleKey } from "../text/title-key.ts";
import { readText } from "../yaml/yaml-file.ts";
import { unreadCheck, verifyOf } from "./checks/verify-blocks.ts";
import { headedFiles } from "./files/code-headings.ts";
import { fileProblems } from "./files/file-problems.ts";
import { committedFiles } from "./files/git-add.ts";
import { stepFiles } from "./files/step-files.ts";
import { filesOf, type Unread } from "./files/task-files.ts";
import { writtenFiles } from "./files/written-files.ts";
import { formatOf } from "./formats/formats.ts";
import { shownPlan } from "./markdown/fenced-plan.ts";
import { linesOf } from "./markdown/markdown.ts";
import { mendedBlocks } from "./markdown/parse-blocks.ts";
import { textAndCode } from "./markdown/section-text.ts";
import { type PlanRead, warningAt } from "./plan-result.ts";
import { leftOutFor } from "./tasks/excluded.ts";
import { doubles, type Mark, marksOf, unreadHeadings } from "./tasks/headings.ts";
import { asksFirst } from "./tasks/needs-approval.ts";
import { allDone, withoutTasks } from "./tasks/no-tasks.ts";
import { freeId, oneLine } from "./tasks/task-heading.ts";

/** A larger file is refused before it is read. */
const mostBytes = 10 * 1024 * 1024;

/** Reads a markdown plan. Without `needsTasks`, a plan in which no task can be told apart is fine. */
export async function readPlan(
  path: string,
  { needsTasks = true }: { readonly needsTasks?: boolean } = {},
): Promise<{ plan?: Plan; problems: Problem[] }> {
  const { text, problem } = await readText(path, mostBytes);
  if (text === undefined) return { problems: problem ? [problem] : [] };
  const headed = parsePlan(text, path);
  const format = formatOf(text, path);
  if (format && (format.isSure || headed.plan.tasks.length === 0)) {
    const read = await format.read(text, path);
    const isDone = read.plan.tasks.length === 0 && !read.problems.some(isError);
    return isDone && needsTasks ? { problems: [allDone(path)] } : read;
  }
  if (headed.plan.tasks.length > 0) return headed;
  const shown = shownPlan(text);
  const inFence = shown === undefined ? undefined : parsePlan(shown, path);
  if (inFence && inFence.plan.tasks.length > 0) return inFence;
  return needsTasks ? { problems: [...headed.problems, withoutTasks(text, path)] } : headed;
}

/** The tasks of a plan, a heading each. `file` is only named in the result. */
export function parsePlan(text: string, file: string): PlanRead {
  const lines = linesOf(text);
  const blocks = mendedBlocks(lines);
  const marks = marksOf(blocks);
  const ids = new Set<string>();
  const outside = new Set(blocks);
  const groups = groupsOf(marks);
  const problems = unreadHeadings(marks, blocks, file);
  const unreadFiles: Unread[] = [];
  const leftOut: string[] = [];
  const tasks = marks.flatMap((mark, index): PlanTask[] => {
    const { node, at, line, name } = mark;
    if (!name) return [];
    const next = nextFrom(
      marks,
      index + 1,
      (mark) => mark.name !== undefined || mark.node.depth <= node.depth,
    );
    const section = lines
      .slice(line - 1, next && next.line - 1)
      .join("")
      .trimEnd();
    const body = blocks.slice(at + 1, next?.at);
    for (const block of [node, ...body]) outside.delete(block);
    const { prose, code } = textAndCode(body, lines);
    const why = leftOutFor(name.title, prose);
    if (why !== undefined) {
      leftOut.push(name.number);
      problems.push(leftOutTask(name.number, why, file, line));
      return [];
    }
    const { uses, unread } = filesOf(body);
    unreadFiles.push(...unread);
    const paths = uses.map(({ path }) => path);
    const inSteps = [...stepFiles(prose), ...headedFiles(code, paths)];
    const group = groups.get(mark);
    const files = writtenFiles(uses, committedFiles(code), inSteps);
    const asks = files.length === 0 ? asksFirst(prose) : undefined;
    const checks = verifyOf(section);
    problems.push(...checks.unread.map((one) => unreadCheck(one, file, line)));
    return [
      {
        id: freeId(`task-${name.number.toLowerCase()}`, ids),
        ...name,
        section,
        files,
        uses,
        verify: checks.verify,
        ...(asks ? { asksFirst: asks } : {}),
        prose,
        code,
        ...(group ? { group } : {}),
        line,
      },
    ];
  });
  const title = marks.find(({ node, name }) => node.depth === 1 && !name);
  const plan = {
    file,
    ...(title ? { title: oneLine(title.node) } : {}),
    tasks,
    ...(leftOut.length > 0 ? { leftOut } : {}),
    ...textAndCode([...outside], lines),
  };
  return {
    plan,
    problems: [...problems, ...doubles(tasks, file), ...fileProblems(plan, unreadFiles)].toSorted(
      (a, b) => a.place.line - b.place.line,
    ),
  };
}

const leftOutTask = (number: string, why: string, file: string, line: number): Problem =>
  warningAt(
    "task-left-out",
    file,
    line,
    `task ${quoted(number)} is left out, for it says ${quoted(why)}`,
    "to have it carried out, take these words away",
  );

/** For the tasks under several headings of one level, the heading above: phases, waves, parts of the plan. */
function groupsOf(marks: readonly Mark[]): Map<Mark, string> {
  const above: Heading[] = [];
  const found = new Map<Mark, Heading>();
  for (const mark of marks) {
    while (above.length > 0 && (above.at(-1) as Heading).depth >= mark.node.depth) above.pop();
    const heading = above.at(-1);
    if (mark.name && heading && heading.depth > 1) found.set(mark, heading);
    if (!mark.name) above.push(mark.node);
  }
  const several = new Set(found.values()).size > 1;
  return new Map(several ? [...found].map(([mark, heading]) => [mark, oneLine(heading)]) : []);
}

/** The first from an index on that fits: unlike a slice, without copying the rest for each of many tasks. */
function nextFrom(marks: readonly Mark[], from: number, fits: (mark: Mark) => boolean): Mark | undefined {
  for (let at = from; at < marks.length; at += 1) {
    const mark = marks[at];
    if (mark && fits(mark)) return mark;
  }
  return undefined;
}

/** The plan's task that a manifest's task means: by id, else by title without regard to case and spaces. */
export function sectionFor(
  plan: Plan,
  { id, title }: { readonly id: string; readonly title: string },
): PlanTask | undefined {
  const { byId, byTitle } = indexOf(plan);
  return byId.get(id.toLowerCase()) ?? byTitle.get(titleKey(title));
}

interface Index {
  readonly byId: ReadonlyMap<string, PlanTask>;
  readonly byTitle: ReadonlyMap<string, PlanTask>;
}

/** Made once of each plan: a run of 10 000 tasks asks as often. */
const indexes = new WeakMap<Plan, Index>();

function indexOf(plan: Plan): Index {
  const known = indexes.get(plan);
  if (known) return known;
  // Of several of one name the first counts, which is set last.
  const tasks = plan.tasks.toReversed();
  const index = {
    byId: new Map(tasks.map((task) => [task.id, task])),
    byTitle: new Map(tasks.map((task) => [titleKey(task.title), task])),
  };
  indexes.set(plan, index);
  return index;
}

/** The manifest of a plan that has none: all-parallel, in one stage; everything else as the schema has it. */
export const manifestFromPlan = (plan: Plan): Manifest =>
  v.parse(manifestSchema, {
    version: 1,
    mode: "all-parallel",
    stages: [
      {
        name: plan.title || "Plan",
        tasks: plan.tasks.map(({ id, title, files }) => ({ id, title, files })),
      },
    ],
  });
