import { extname } from "node:path";
import type { Problem } from "../../problem.ts";
import { quoted } from "../../text/printable.ts";

/** Lines that are evidently tasks but not headings that are recognised. */
const like =
  /^\s{0,12}(?:[-*+]\s+|\d{1,4}[.)]\s+)?(?:\[[ xX]\]\s+|#{1,6}\s+)?(?:\*\*)?Task\b\s*(?:#?\d|[:：—–])/i;

/** A heading with a number but without the word task: `### 1.1 Foo`, `### Step 1: Foo`. */
const numbered =
  /^(#{2,4})\s+(?:(?:Step|Item|Part|Story)\s+)?(\d{1,4}(?:\.\d{1,4}){0,3})[.):]?\s*(?:[:–—-]\s*)?(\p{L}.*)$/iu;

/** Suggests how to rewrite the first such heading. */
function example(lines: readonly string[]): string {
  const line = lines.find((one) => numbered.test(one)) ?? "";
  const [, marks, number, title = ""] = numbered.exec(line) ?? [];
  return marks ? `; for ${quoted(line)} write ${quoted(`${marks} Task ${number}: ${title}`)}` : "";
}

/** Explains why a file without tasks is refused: what is expected of a file of its kind. */
export function noTasksProblem(text: string, file: string): Problem {
  const extension = extname(file).toLowerCase();
  if (extension === ".json") return problem(file, 1, jsonMessage(text), jsonHint);
  const isMarkdown = /^(?:|\.(?:md|markdown|mdx|mdc|txt))$/.test(extension);
  const lines = text.split(/\r\n|\n|\r/);
  const at = lines.findIndex((line) => like.test(line));
  const found = isMarkdown ? "none" : `none in a file of the kind ${quoted(extension)}`;
  const nearest = at < 0 ? "" : `; line ${at + 1} looks like a task but is not such a heading`;
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
    return `expected JSON, found invalid JSON: ${quoted((error as Error).message)}`;
  }
}

const problem = (file: string, line: number, message: string, hint: string): Problem => ({
  code: "plan-without-tasks",
  severity: "error",
  message,
  place: { file, line, column: 1 },
  hint,
});

/** Explains that a plan of another tool has nothing left to run. */
export const allTasksDone = (file: string): Problem =>
  problem(
    file,
    1,
    "every task of this plan is ticked or marked as done",
    "untick the tasks that should run again",
  );
