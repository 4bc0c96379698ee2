import type { Plan } from "../../../schemas/plan.ts";
import type { Problem } from "../../problem.ts";
import { listed } from "../../text/list.ts";
import { quoted } from "../../text/printable.ts";
import { warningAt } from "../plan-result.ts";
import { isOutside } from "./file-names.ts";
import type { Unread } from "./task-files.ts";

/** What a person should know of how the files of a plan were read; `unread` is what is behind labels. */
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

/** One for the whole plan: whoever writes one path so writes others so. */
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
      `the plan's tasks write ${listed(paths, { most: 1 })} outside of the project, which no task of a run is kept from`,
      "write paths from the project's directory; where they are meant as they are, give the tasks an order with `**Depends on:**`",
    ),
  ];
}
