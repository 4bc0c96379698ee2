import { basename } from "node:path";
import type { RunReport, TaskReport } from "../../schemas/run-report.ts";
import type { TaskStatus } from "../../schemas/run-status.ts";
import { nextStep } from "../history/next-step.ts";
import { codeSpan, fenced } from "../text/fence.ts";
import { counted, duration, progressText, usageText } from "../text/measures.ts";
import { inert, printable } from "../text/printable.ts";
import { shortened } from "../text/shorten.ts";
import { visibleText } from "../text/visible.ts";
import { mermaidOfRun } from "./graph.ts";

/** A comment on a pull request holds 65 536 characters; the rest is for text around the report. */
const maxCharacters = 64_000;
/** The most characters of each part; later parts can use what earlier ones leave. */
const maxGraphCharacters = 8_000;
const maxTableCharacters = 30_000;
const maxFilesCharacters = 5_000;
/** GitHub shows graphs with more tasks too small to be read. */
const maxGraphTasks = 50;
const maxOutputCharacters = 2_000;
const maxReasonCharacters = 400;

/** The number of characters that are left for the parts that follow. */
interface Room {
  left: number;
}

const signs: Readonly<Record<TaskStatus["status"], string>> = {
  pass: "✅",
  warn: "⚠️",
  fail: "❌",
  error: "💥",
  skipped: "⏭️",
  cancelled: "🚫",
  question: "❓",
  escalated: "🙋",
  pending: "⚪",
  running: "▶️",
  interrupted: "✂️",
};

/** Renders a run as GitHub's markdown for a comment or a step's summary. At most 64 000 characters. */
export function markdownReport(run: RunReport): string {
  const head = [heading(run), stateLine(run), ...nextStepLines(run)];
  const room = { left: maxCharacters - lengthOf(head) };
  const table = fittingLines(room, maxTableCharacters, tableHead, run.tasks.map(row), (left) => [
    `\n${counted(left, "more task")} left out here.`,
  ]);
  const parts = [...head, table, ...graph(run, room), ...files(run, room), ...details(run, room)];
  return `${parts.join("\n\n").trimEnd()}\n`;
}

const lengthOf = (parts: readonly string[]): number => parts.reduce((sum, part) => sum + part.length + 2, 0);

/**
 * Returns a head and the lines below it that fit into the room and into `limit` characters, with the lines of `rest`
 * in place of the others. Subtracts what it returns from the room.
 */
function fittingLines(
  room: Room,
  limit: number,
  head: readonly string[],
  lines: readonly string[],
  rest: (left: number) => readonly string[],
): string {
  // Includes the lines that tell what is left out.
  const available = Math.min(room.left, limit) - lengthOf(rest(lines.length)) - lengthOf(head);
  let [count, length] = [0, 0];
  while (count < lines.length && length + (lines[count]?.length ?? 0) + 1 <= available) {
    length += (lines[count]?.length ?? 0) + 1;
    count += 1;
  }
  const left = lines.length - count;
  const text = [...head, ...lines.slice(0, count), ...(left > 0 ? rest(left) : [])].join("\n");
  room.left -= text.length + 2;
  return text;
}

function heading(run: RunReport): string {
  const name = inline(basename(run.plan ?? run.manifest));
  const progress = progressText(run.counts, run.tasks.length);
  return `### ${signs[statusOf(run)]} ${name}: ${progress} in ${duration(run.duration_s)}`;
}

/** The status of the whole run, in the words of a task's. */
const statusOf = ({ state, exit_code, counts }: RunReport): TaskStatus["status"] => {
  if (state !== "finished") return state === "running" ? "running" : "interrupted";
  if (exit_code === 0) return counts.warn > 0 ? "warn" : "pass";
  return counts.question + counts.escalated > 0 && counts.fail + counts.error === 0 ? "question" : "fail";
};

function stateLine(run: RunReport): string {
  const states = {
    running: `**Still running** at ${run.written}`,
    killed: "**Killed before it ended**",
    finished: `Ended with exit status ${run.exit_code}`,
  };
  const used = usageText(run);
  return `Run \`${run.run}\`, ${run.mode}. ${states[run.state]}.${used ? ` Used: ${used}.` : ""}`;
}

function nextStepLines({ state, run, tasks }: RunReport): string[] {
  const step = state === "running" ? undefined : nextStep({ run }, tasks);
  return step ? [`To ${step.what}: ${codeSpan(step.command)}`] : [];
}

const tableHead = [
  "| Stage | Task | Status | Time | Attempts | Reason |",
  "| --- | --- | --- | --: | --: | --- |",
];

function row(task: TaskReport, at: number, tasks: readonly TaskReport[]): string {
  const { stage, status, attempt, duration_s, reason } = task;
  const cells = [
    tasks[at - 1]?.stage === stage ? "" : inline(shortened(stage, 100)),
    nameOf(task),
    `${signs[status]} ${status}`,
    attempt > 0 ? duration(duration_s) : "",
    attempt > 0 ? String(attempt) : "",
    reason && status !== "pass" ? inline(shortened(reason, maxReasonCharacters)) : "",
  ];
  return `| ${cells.join(" | ")} |`;
}

const nameOf = ({ id, title }: TaskReport): string =>
  `<b>${inline(shortened(id, 100))}</b>${title === id ? "" : ` ${inline(shortened(title, 200))}`}`;

function graph(run: RunReport, room: Room): string[] {
  if (run.tasks.length > maxGraphTasks || run.tasks.length < 2) return [];
  const text = `<details><summary>Graph</summary>\n\n${fenced(mermaidOfRun(run), "mermaid")}\n\n</details>`;
  if (text.length > Math.min(maxGraphCharacters, room.left)) return [];
  room.left -= text.length + 2;
  return [text];
}

function files(run: RunReport, room: Room): string[] {
  const byFile = new Map<string, string[]>();
  for (const { id, files_changed } of run.tasks) {
    for (const file of files_changed) byFile.set(file, [...(byFile.get(file) ?? []), id]);
  }
  if (byFile.size === 0) return [];
  const lines = [...byFile]
    .sort(byName)
    .map(([file, tasks]) => `- ${inline(file)} (${tasks.map(inline).join(", ")})`);
  const head = [`<details><summary>${counted(byFile.size, "file")} changed</summary>`, ""];
  const rest = (left: number) => [`- and ${left} more`];
  const end = "\n\n</details>";
  room.left -= end.length;
  return [`${fittingLines(room, maxFilesCharacters, head, lines, rest)}${end}`];
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** A section for each task that has run and did not pass, the most important first. */
function details({ tasks }: RunReport, room: Room): string[] {
  const order = ["fail", "error", "interrupted", "question", "escalated", "cancelled", "warn"];
  const shown = tasks
    .filter(({ status, attempt }) => order.includes(status) && attempt > 0)
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  if (shown.length === 0) return [];
  const rest = (left: number) => [
    `The outputs of ${counted(left, "more task")} are left out here; they are in the run's directory.`,
  ];
  return [fittingLines(room, maxCharacters, [], shown.map(detail), rest)];
}

function detail(task: TaskReport): string {
  const { status, verdict, notes, attempts, reason } = task;
  const earlier = attempts.slice(0, -1).map(({ attempt, status, reason }) => {
    const why = reason ? `: ${inline(shortened(reason, maxReasonCharacters))}` : "";
    return `- Attempt ${attempt}: ${status}${why}`;
  });
  const lines = [
    ...earlier,
    ...(verdict && !verdict.includes(reason ?? "\0")
      ? [`- ${inline(shortened(verdict, maxReasonCharacters))}`]
      : []),
    ...notes.map((note) => `- ${inline(shortened(note, maxReasonCharacters))}`),
  ];
  const open = status === "warn" ? "" : " open";
  return [
    `<details${open}><summary>${signs[status]} ${nameOf(task)}: ${status}</summary>`,
    ...(reason ? [inline(shortened(reason, maxReasonCharacters))] : []),
    ...(lines.length > 0 ? [lines.join("\n")] : []),
    ...task.said.map(excerpt),
    "</details>\n",
  ].join("\n\n");
}

function excerpt({ name, text: { head, left_out, tail } }: TaskReport["said"][number]): string {
  const lines = inert(visibleText(head + tail)).trim();
  const shown =
    lines.length > maxOutputCharacters
      ? lines.slice(-maxOutputCharacters).replace(/^[\udc00-\udfff]/, "")
      : lines;
  const isCut = left_out > 0 || shown.length < lines.length;
  return `${isCut ? `The end of ${name}` : name}:\n\n${fenced(shown, "text")}`;
}

/**
 * Escapes untrusted text for any place in a line, a table cell or an HTML element: characters with a meaning in markdown
 * or HTML become entities. Mentions, issues and addresses, which GitHub finds in the rendered page, are broken by a
 * zero-width space, a character that `printable` text does not contain.
 */
export const inline = (text: string): string =>
  printable(text)
    .trim()
    .replaceAll(/@|#(?=\d)|\bGH(?=-\d)|:(?=\/\/)|\bwww(?=\.)|\b(?:mailto|xmpp)(?=:)/gi, "$&\u200b")
    .replaceAll(/[&<>"'\\`*_~[\]|$!{}\u200b]|^[-+#=]|(?<=^\d+)[.)]/g, (char) => `&#${char.charCodeAt(0)};`);
