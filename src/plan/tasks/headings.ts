import type { Heading, RootContent } from "mdast";
import type { Problem } from "../../problem.ts";
import { quoted } from "../../text/printable.ts";
import { warningAt } from "../plan-result.ts";
import { firstOfSeveral, hasNoNumber, oneLine, shortName, type TaskName, taskName } from "./task-heading.ts";

/** A heading of a plan, with its index among the plan's blocks and what it says if it is a task's. */
export interface Mark {
  readonly node: Heading;
  readonly at: number;
  readonly line: number;
  readonly name?: TaskName;
}

interface Titled extends Omit<Mark, "name"> {
  readonly text: string;
}

const isUsual = ({ node }: Titled): boolean => node.depth >= 2 && node.depth <= 4;

/**
 * The headings of a plan. Those of tasks have level 2 to 4; where none there is a task's, they have any level, and
 * where none is so either, all tasks are called `T1: Title`.
 */
export function marksOf(blocks: readonly RootContent[]): Mark[] {
  const headings = headingsIn(blocks);
  const usual = named(headings, isUsual, taskName);
  if (usual.some(({ name }) => name)) return usual;
  const anywhere = named(headings, () => true, taskName);
  if (anywhere.some(({ name }) => name)) return anywhere;
  const short = named(headings, isUsual, shortName);
  return short.filter(({ name }) => name).length > 1 ? short : usual;
}

function headingsIn(blocks: readonly RootContent[]): Titled[] {
  return blocks.flatMap((node, at): Titled[] => {
    if (node.type !== "heading") return [];
    const text = oneLine(node).replace(/\s*\[[ xX]?\]$/, "");
    return [{ node, at, text, line: node.position?.start.line ?? 1 }];
  });
}

function named(
  headings: readonly Titled[],
  isRead: (heading: Titled) => boolean,
  nameIn: (text: string, isTaken: (number: string) => boolean) => TaskName | undefined,
): Mark[] {
  const numbers = new Set<string>();
  return headings.map((heading): Mark => {
    const name = isRead(heading) ? nameIn(heading.text, (number) => numbers.has(number)) : undefined;
    if (name) numbers.add(name.number.toLowerCase());
    const { node, at, line } = heading;
    return { node, at, line, ...(name ? { name } : {}) };
  });
}

/** Headings, and lines in bold, that look like a task's beside those that are read. */
export function unreadHeadings(
  marks: readonly Mark[],
  blocks: readonly RootContent[],
  file: string,
): Problem[] {
  const tasks = marks.filter(({ name }) => name);
  if (tasks.length === 0) return [];
  const depths = new Set(tasks.map(({ node }) => node.depth));
  const numbers = new Set(tasks.flatMap(({ name }) => name?.number.toLowerCase() ?? []));
  const isMissing = (text: string) => missingNumber(text, numbers);
  const headings = marks.flatMap(({ node, line, name }, index) => {
    if (name || (index === 0 && node.depth === 1)) return [];
    const text = oneLine(node);
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
    const text = oneLine(node);
    const isLike = isOther(
      taskName(text, () => true),
      numbers,
    );
    return isLike ? [{ what: "line", text, line: node.position?.start.line ?? 1 }] : [];
  });
  return [...headings, ...bold].map(({ what, text, line }) =>
    warningAt(
      "unread-heading",
      file,
      line,
      `the ${what} ${quoted(text)} looks like a task's, and is not read as one`,
      `write it as the others are: \`${"#".repeat(tasks[0]?.node.depth ?? 3)} Task 1: Title\``,
    ),
  );
}

/** A task of a number that no other has. */
const isOther = (name: TaskName | undefined, numbers: ReadonlySet<string>): boolean =>
  name !== undefined && !numbers.has(name.number.toLowerCase().replace(/^t-?(?=\d)/, ""));

/** Whether a heading such as `4. Title` fills a gap between the numbers of tasks, or goes on behind the last. */
function missingNumber(text: string, numbers: ReadonlySet<string>): boolean {
  const [, number] = /^(\d{1,4})[.)]\s+\S/.exec(text) ?? [];
  return number !== undefined && !numbers.has(number) && numbers.has(String(Number(number) - 1));
}

/** Tasks of one number: what names the number means the first. */
export function doubles(
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
    const message = `task ${quoted(number)} stands twice, in lines ${before} and ${line}; the second is ${quoted(id)}`;
    const warning = warningAt(
      "duplicate-task",
      file,
      line,
      message,
      "give it a number of its own: what names the number means the first",
    );
    const place = { file, line: before, column: 1 };
    return [{ ...warning, related: [{ message: "the first", place }] }];
  });
}
