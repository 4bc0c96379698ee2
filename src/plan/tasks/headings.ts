import type { Problem } from "../../problem.ts";
import type { Block, Heading } from "../../text/markdown.ts";
import { quoted } from "../../text/printable.ts";
import { warningAt } from "../plan-result.ts";
import {
  firstOfSeveral,
  hasNoNumber,
  headingText,
  shortName,
  type TaskName,
  taskName,
} from "./task-heading.ts";

/** A heading of a plan: its index among the plan's blocks and, if it is a task's, number and title. */
export interface PlanHeading {
  readonly node: Heading;
  readonly at: number;
  readonly line: number;
  readonly name?: TaskName;
}

interface Titled extends Omit<PlanHeading, "name"> {
  readonly text: string;
}

const isUsual = ({ node }: Titled): boolean => node.depth >= 2 && node.depth <= 4;

/**
 * Finds the headings of a plan. Tasks have headings of level 2 to 4; if there are none, of any level; if there are none
 * of these either, headings such as `T1: Title`.
 */
export function planHeadings(blocks: readonly Block[]): PlanHeading[] {
  const headings = headingsIn(blocks);
  const usual = named(headings, isUsual, taskName);
  if (usual.some(({ name }) => name)) return usual;
  const anywhere = named(headings, () => true, taskName);
  if (anywhere.some(({ name }) => name)) return anywhere;
  const short = named(headings, isUsual, shortName);
  return short.filter(({ name }) => name).length > 1 ? short : usual;
}

function headingsIn(blocks: readonly Block[]): Titled[] {
  return blocks.flatMap((node, at): Titled[] => {
    if (node.type !== "heading") return [];
    const text = headingText(node).replace(/\s*\[[ xX]?\]$/, "");
    return [{ node, at, text, line: node.line }];
  });
}

function named(
  headings: readonly Titled[],
  isRead: (heading: Titled) => boolean,
  nameIn: (text: string, isTaken: (number: string) => boolean) => TaskName | undefined,
): PlanHeading[] {
  const numbers = new Set<string>();
  return headings.map((heading): PlanHeading => {
    const name = isRead(heading) ? nameIn(heading.text, (number) => numbers.has(number)) : undefined;
    if (name) numbers.add(name.number.toLowerCase());
    const { node, at, line } = heading;
    return { node, at, line, ...(name ? { name } : {}) };
  });
}

/** Warns of headings and bold lines that look like tasks but were not recognised. */
export function unreadHeadings(
  marks: readonly PlanHeading[],
  blocks: readonly Block[],
  file: string,
): Problem[] {
  const tasks = marks.filter(({ name }) => name);
  if (tasks.length === 0) return [];
  const depths = new Set(tasks.map(({ node }) => node.depth));
  const numbers = new Set(tasks.flatMap(({ name }) => name?.number.toLowerCase() ?? []));
  const isMissing = (text: string) => missingNumber(text, numbers);
  const headings = marks.flatMap(({ node, line, name }, index) => {
    if (name || (index === 0 && node.depth === 1)) return [];
    const text = headingText(node);
    const isLevel = depths.has(node.depth);
    const elsewhere = isLevel ? shortName(text) : taskName(text, () => true);
    const first = firstOfSeveral(text);
    const isTasks = hasNoNumber(text) || (first !== undefined && !numbers.has(first));
    const isLike =
      isOther(elsewhere, numbers) || (isLevel && (isTasks || (depths.size === 1 && isMissing(text))));
    return isLike ? [{ what: "heading", text, line }] : [];
  });
  const bold = blocks.flatMap((node) => {
    if (node.type !== "paragraph" || node.children.length > 1 || node.children[0]?.type !== "strong")
      return [];
    const text = headingText(node);
    const isLike = isOther(
      taskName(text, () => true),
      numbers,
    );
    return isLike ? [{ what: "line", text, line: node.line }] : [];
  });
  return [...headings, ...bold].map(({ what, text, line }) =>
    warningAt(
      "unread-heading",
      file,
      line,
      `the ${what} ${quoted(text)} looks like a task but is not recognised as one`,
      `write it like the others: \`${"#".repeat(tasks[0]?.node.depth ?? 3)} Task 1: Title\``,
    ),
  );
}

/** Whether a name has a number that no recognised task has. */
const isOther = (name: TaskName | undefined, numbers: ReadonlySet<string>): boolean =>
  name !== undefined && !numbers.has(name.number.toLowerCase().replace(/^t-?(?=\d)/, ""));

/** Whether a heading such as `4. Title` fills a gap in the numbers of tasks, or continues after the last. */
function missingNumber(text: string, numbers: ReadonlySet<string>): boolean {
  const [, number] = /^(\d{1,4})[.)]\s+\S/.exec(text) ?? [];
  return number !== undefined && !numbers.has(number) && numbers.has(String(Number(number) - 1));
}

/** Warns of tasks with the same number: a reference to it means the first. */
export function duplicateTasks(
  tasks: readonly { id: string; number: string; line: number }[],
  file: string,
): Problem[] {
  const first = new Map<string, number>();
  return tasks.flatMap(({ id, number, line }) => {
    const key = number.toLowerCase();
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, line);
      return [];
    }
    const message = `duplicate task ${quoted(number)} in lines ${before} and ${line}; the second becomes ${quoted(id)}`;
    const warning = warningAt(
      "duplicate-task",
      file,
      line,
      message,
      "give it its own number: a reference to this number means the first task",
    );
    const place = { file, line: before, column: 1 };
    return [{ ...warning, related: [{ message: "the first", place }] }];
  });
}
