import type { Plan } from "../../../schemas/plan.ts";
import type { Problem } from "../../problem.ts";
import { listed } from "../../text/list.ts";
import { quoted } from "../../text/printable.ts";
import { warningAt } from "../plan-result.ts";
import { isOutside } from "./file-names.ts";
import type { Unread } from "./task-files.ts";

/** Warns of labels without paths, given in `unread`, and of paths outside the project. */
export const fileProblems = (plan: Plan, unread: readonly Unread[]): Problem[] => [
  ...unread.map((one) => unreadAt(plan.file, one)),
  ...outside(plan),
];

const unreadAt = (file: string, { line, text }: Unread): Problem =>
  warningAt(
    "unread-files",
    file,
    line,
    `expected paths behind a label of files, found ${quoted(text)}`,
    "write them in a list below it, such as `- Modify: src/a.ts`, or `none`",
  );

/** Warns once for the whole plan: an author who writes one path so writes others so. */
function outside({ file, tasks }: Plan): Problem[] {
  const writes = tasks.flatMap(({ uses, line }) =>
    uses.flatMap(({ path, use }) => (use !== "read" && isOutside(path) ? [{ path, line }] : [])),
  );
  const [first] = writes;
  if (!first) return [];
  const paths = [...new Set(writes.map(({ path }) => quoted(path)))];
  return [
    warningAt(
      "files-outside",
      file,
      first.line,
      `the plan's tasks write ${listed(paths, { most: 1 })} outside the project: nothing stops two tasks from writing these at once`,
      "write paths relative to the project; if they are meant as they are, order the tasks with `**Depends on:**`",
    ),
  ];
}
