import { relative, sep } from "node:path";
import type { RunReport, TaskReport } from "../../schemas/run-report.ts";
import { listed } from "../text/list.ts";
import { counted } from "../text/measures.ts";
import { printable } from "../text/printable.ts";

type Level = "error" | "warning" | "notice";

/** The number of annotations of each level that GitHub shows for a step. */
const maxPerLevel = 10;

/** A task that must be fixed is an error; one that only needs an answer or a look is a warning. */
const levels: Partial<Record<TaskReport["status"], Level>> = {
  fail: "error",
  error: "error",
  interrupted: "error",
  question: "warning",
  escalated: "warning",
  warn: "warning",
};

/**
 * Renders a run as workflow commands of GitHub Actions, one per line: an annotation for each task that did not pass, at
 * its place in the plan or the manifest, with paths relative to `workspace`, the root of the repository. Tasks beyond
 * what GitHub shows, and tasks that never ran, are counted in one annotation.
 */
export function annotations(run: RunReport, workspace: string): string {
  const lines = (["error", "warning"] as const).flatMap((level) => {
    const tasks = run.tasks.filter(({ status }) => levels[status] === level);
    const shown = tasks.length > maxPerLevel ? tasks.slice(0, maxPerLevel - 1) : tasks;
    const more = tasks.length - shown.length;
    return [
      ...shown.map((task) => annotation(level, titleOf(task), textOf(task), placeOf(task, workspace))),
      ...(more > 0
        ? [annotation(level, "interserve", `${counted(more, "more task")}; see the summary`)]
        : []),
    ];
  });
  const idle = run.tasks.filter(({ status }) => status === "skipped" || status === "cancelled");
  if (idle.length > 0) lines.push(annotation("notice", "interserve", idleText(idle)));
  if (run.state === "killed")
    lines.push(annotation("error", "interserve", `${run.run} was killed before it ended`));
  return lines.map((line) => `${line}\n`).join("");
}

const titleOf = ({ id, title, status }: TaskReport): string =>
  `${status}: ${title === id ? id : `${id} ${title}`}`;

const textOf = ({ status, reason, attempt }: TaskReport): string =>
  `${reason ?? status}${attempt > 1 ? ` (attempt ${attempt})` : ""}`;

const idleText = (tasks: readonly TaskReport[]): string =>
  `skipped or cancelled: ${listed(tasks.map(({ id }) => id))}`;

/** Only a file of the repository can be annotated. */
function placeOf({ place }: TaskReport, workspace: string): Record<string, string> {
  if (!place) return {};
  const file = relative(workspace, place.file);
  const isInside = file !== "" && file !== ".." && !file.startsWith(`..${sep}`);
  return isInside ? { file: file.split(sep).join("/"), line: String(place.line) } : {};
}

/** Escapes like the toolkit of GitHub Actions. */
function annotation(level: Level, title: string, text: string, place: Record<string, string> = {}): string {
  const properties = Object.entries({ ...place, title })
    .map(
      ([name, value]) => `${name}=${escaped(printable(value)).replaceAll(":", "%3A").replaceAll(",", "%2C")}`,
    )
    .join(",");
  return `::${level} ${properties}::${escaped(printable(text))}`;
}

const escaped = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
