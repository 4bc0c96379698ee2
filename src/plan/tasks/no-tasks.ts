import { extname } from "node:path";
import type { Problem } from "../../problem.ts";
import { quoted } from "../../text/printable.ts";

/** Lines that are evidently tasks, and are no headings that are read. */
const like =
  /^\s{0,12}(?:[-*+]\s+|\d{1,4}[.)]\s+)?(?:\[[ xX]\]\s+|#{1,6}\s+)?(?:\*\*)?Task\b\s*(?:#?\d|[:：—–])/i;

/** A heading that has a number and is not called a task: `### 1.1 Foo`, `### Step 1: Foo`. */
const numbered =
  /^(#{2,4})\s+(?:(?:Step|Item|Part|Story)\s+)?(\d{1,4}(?:\.\d{1,4}){0,3})[.):]?\s*(?:[:–—-]\s*)?(\p{L}.*)$/iu;

/** What to write for the first such heading. */
function example(lines: readonly string[]): string {
  const line = lines.find((one) => numbered.test(one)) ?? "";
  const [, marks, number, title = ""] = numbered.exec(line) ?? [];
  return marks ? `; for ${quoted(line)} write ${quoted(`${marks} Task ${number}: ${title}`)}` : "";
}

/** Why a file is refused in which no task is found: what is expected of a file of its kind. */
export function withoutTasks(text: string, file: string): Problem {
  const extension = extname(file).toLowerCase();
  if (extension === ".json") return problem(file, 1, jsonMessage(text), jsonHint);
  const isMarkdown = /^(?:|\.(?:md|markdown|mdx|mdc|txt))$/.test(extension);
  const lines = text.split(/\r\n|\n|\r/);
  const at = lines.findIndex((line) => like.test(line));
  const found = isMarkdown ? "none" : `none in a file of the kind ${quoted(extension)}`;
  const nearest = at < 0 ? "" : `; line ${at + 1} looks like a task's, and is no such heading`;
  return problem(
    file,
    at + 1 || 1,
    `expected a heading such as \`### Task 1: Title\` for each task, found ${found}${nearest}`,
    isMarkdown
      ? `give each task a heading of level 2, 3 or 4 outside code blocks: \`### Task 1: Title\`, \`### Task 2: Title\`${example(lines)}`
      : "a plan is a markdown file, or a `tasks.json` of Task Master",
  );
}

const jsonHint = 'a plan in JSON is a `tasks.json` of Task Master: `{"tasks": [{"id": 1, "title": "…"}]}`';

function jsonMessage(text: string): string {
  try {
    JSON.parse(text);
    return "expected `tasks`, a list in which each has an `id` and a `title`, found none";
  } catch (error) {
    return `expected JSON, found text that is none: ${quoted((error as Error).message)}`;
  }
}

const problem = (file: string, line: number, message: string, hint: string): Problem => ({
  code: "plan-without-tasks",
  severity: "error",
  message,
  place: { file, line, column: 1 },
  hint,
});

/** A plan in a format of its own of which nothing is left. */
export const allDone = (file: string): Problem =>
  problem(
    file,
    1,
    "every task of this plan is ticked or has the status of one that is done",
    "nothing is left to run; untick what is to be done again",
  );
