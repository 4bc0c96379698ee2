import type { PlanTask } from "../../schemas/plan.ts";
import type { Block, Heading } from "../text/markdown.ts";
import { linesOf } from "../text/markdown.ts";
import { quoted } from "../text/printable.ts";
import { unreadCheckWarning, verifyOf } from "./checks/verify-blocks.ts";
import { headedFiles } from "./files/code-headings.ts";
import { fileProblems } from "./files/file-problems.ts";
import { committedFiles } from "./files/git-add.ts";
import { stepFiles } from "./files/step-files.ts";
import { filesOf, type Unread } from "./files/task-files.ts";
import { writtenFiles } from "./files/written-files.ts";
import { parseBlocks } from "./markdown/parse-blocks.ts";
import { textAndCode } from "./markdown/section-text.ts";
import { type PlanResult, warningAt } from "./plan-result.ts";
import { exclusionIn } from "./tasks/excluded.ts";
import { duplicateTasks, type PlanHeading, planHeadings, unreadHeadings } from "./tasks/headings.ts";
import { approvalIn } from "./tasks/needs-approval.ts";
import { freeId, headingText, type TaskName } from "./tasks/task-heading.ts";

/** A task's heading and everything below it, up to the next heading of a task or of its own level. */
interface Section {
  readonly name: TaskName;
  readonly heading: PlanHeading;
  readonly text: string;
  readonly body: readonly Block[];
  /** The heading above, if the plan has its tasks under several. */
  readonly group: string | undefined;
}

/** What a section is read as: a task without its id, or one that is left out; with what was not understood. */
interface SectionResult {
  readonly task?: Omit<PlanTask, "id">;
  readonly excluded?: string;
  readonly problems: PlanResult["problems"];
  readonly unreadFiles: readonly Unread[];
}

/** Parses a plan with a heading for each task. `file` is only named in the result. */
export function parsePlan(text: string, file: string): PlanResult {
  const lines = linesOf(text);
  const blocks = parseBlocks(lines);
  const headings = planHeadings(blocks);
  const sections = sectionsOf(headings, blocks, lines);
  const results = sections.map((section) => readSection(section, lines, file));
  const tasks = withIds(results.flatMap(({ task }) => task ?? []));
  const excluded = results.flatMap((result) => result.excluded ?? []);
  const title = headings.find(({ node, name }) => node.depth === 1 && !name);
  const inSections = new Set(sections.flatMap(({ heading, body }) => [heading.node, ...body]));
  const plan = {
    file,
    ...(title ? { title: headingText(title.node) } : {}),
    tasks,
    ...(excluded.length > 0 ? { leftOut: excluded } : {}),
    ...textAndCode(
      blocks.filter((block) => !inSections.has(block)),
      lines,
    ),
  };
  const problems = [
    ...unreadHeadings(headings, blocks, file),
    ...results.flatMap((result) => result.problems),
    ...duplicateTasks(tasks, file),
    ...fileProblems(
      plan,
      results.flatMap(({ unreadFiles }) => unreadFiles),
    ),
  ];
  return { plan, problems: problems.toSorted((a, b) => a.place.line - b.place.line) };
}

function sectionsOf(
  headings: readonly PlanHeading[],
  blocks: readonly Block[],
  lines: readonly string[],
): Section[] {
  const groups = groupsOf(headings);
  return headings.flatMap((heading, index): Section[] => {
    const { node, at, line, name } = heading;
    if (!name) return [];
    const endsSection = (other: PlanHeading) => other.name !== undefined || other.node.depth <= node.depth;
    const next = findFrom(headings, index + 1, endsSection);
    const text = lines.slice(line - 1, next && next.line - 1).join("");
    const body = blocks.slice(at + 1, next?.at);
    return [{ name, heading, text: text.trimEnd(), body, group: groups.get(heading) }];
  });
}

function readSection(
  { name, heading: { line }, text: section, body, group }: Section,
  lines: readonly string[],
  file: string,
): SectionResult {
  const { prose, code } = textAndCode(body, lines);
  const exclusion = exclusionIn(name.title, prose);
  if (exclusion !== undefined) {
    const problems = [exclusionWarning(name.number, exclusion, file, line)];
    return { excluded: name.number, problems, unreadFiles: [] };
  }
  const { uses, unread: unreadFiles } = filesOf(body);
  const paths = uses.map(({ path }) => path);
  const inSteps = [...stepFiles(prose), ...headedFiles(code, paths)];
  const files = writtenFiles(uses, committedFiles(code), inSteps);
  const approval = files.length === 0 ? approvalIn(prose) : undefined;
  const { verify, unread } = verifyOf(section);
  const task = {
    ...name,
    section,
    files,
    uses,
    verify,
    ...(approval ? { asksFirst: approval } : {}),
    prose,
    code,
    ...(group ? { group } : {}),
    line,
  };
  return { task, problems: unread.map((check) => unreadCheckWarning(check, file, line)), unreadFiles };
}

/** Names tasks by their numbers; a later task of the same number gets the next free id. */
function withIds(tasks: readonly Omit<PlanTask, "id">[]): PlanTask[] {
  const ids = new Set<string>();
  return tasks.map((task) => ({ id: freeId(`task-${task.number.toLowerCase()}`, ids), ...task }));
}

const exclusionWarning = (number: string, exclusion: string, file: string, line: number) =>
  warningAt(
    "task-left-out",
    file,
    line,
    `task ${quoted(number)} is left out because it says ${quoted(exclusion)}`,
    "remove these words to include it",
  );

/** For tasks under several headings of one level, the heading above each: phases, waves, parts of the plan. */
function groupsOf(headings: readonly PlanHeading[]): Map<PlanHeading, string> {
  const above: Heading[] = [];
  const found = new Map<PlanHeading, Heading>();
  for (const heading of headings) {
    while (above.length > 0 && (above.at(-1) as Heading).depth >= heading.node.depth) above.pop();
    const parent = above.at(-1);
    if (heading.name && parent && parent.depth > 1) found.set(heading, parent);
    if (!heading.name) above.push(heading.node);
  }
  const areSeveral = new Set(found.values()).size > 1;
  return new Map(areSeveral ? [...found].map(([heading, parent]) => [heading, headingText(parent)]) : []);
}

/** Finds the first match from an index on, without the copy of the rest that a slice would make for each task. */
function findFrom<T>(items: readonly T[], from: number, isMatch: (item: T) => boolean): T | undefined {
  for (let at = from; at < items.length; at += 1) {
    const item = items[at];
    if (item !== undefined && isMatch(item)) return item;
  }
  return undefined;
}
