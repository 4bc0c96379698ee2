import type { Problem } from "../../problem.ts";
import { listed } from "../../text/list.ts";
import { quoted } from "../../text/printable.ts";
import { warningAt } from "../plan-result.ts";

/** Warns once of all tasks that are left out for one reason: `tasks marked as optional are left out: "1.2"`. */
export function leftOut(
  tasks: readonly { readonly number: string; readonly line: number }[],
  { which, file, hint }: { readonly which: string; readonly file: string; readonly hint: string },
): Problem[] {
  const [first] = tasks;
  if (!first) return [];
  const message = `tasks ${which} are left out: ${listed(tasks.map(({ number }) => quoted(number)))}`;
  return [warningAt("task-left-out", file, first.line, message, hint)];
}
