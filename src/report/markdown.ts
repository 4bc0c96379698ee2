import { basename } from "node:path";
import type { Status } from "../../schemas/outcome.ts";
import type { RunReport, TaskReport } from "../../schemas/run-report.ts";
import type { TaskStatus } from "../../schemas/run-status.ts";
import { nextStep } from "../history/next-step.ts";
import { codeSpan, fenced } from "../text/fence.ts";
import { counted, countsText, duration, usageText } from "../text/measures.ts";
import { inert, printable, printableLines } from "../text/printable.ts";
import { shortened } from "../text/shorten.ts";
import { mermaidOfRun } from "./graph.ts";

/** A pull request's comment holds 65 536 characters; the rest is for what is put around it. */
const mostCharacters = 64_000;
/** How much of these each part may take; what one does not need is there for those behind it. */
const mostOfGraph = 8_000;
const mostOfTable = 30_000;
const mostOfFiles = 5_000;
/** A larger graph is no help at the size that GitHub shows it in. */
const mostInGraph = 50;
const longestTail = 2_000;
const longestReason = 400;

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

/** A run as markdown of GitHub's kind: for a pull request's comment, or a step's summary. At most 64 000 characters. */
export function markdownReport(run: RunReport): string {
  const head = [heading(run), standing(run), ...goOn(run)];
  const room = { left: mostCharacters - lengthOf(head) };
  const table = fitting(room, mostOfTable, tableHead, run.tasks.map(row), (left) => [
    `\n${left} more tasks are left out here.`,
  ]);
  const parts = [...head, table, ...graph(run, room), ...files(run, room), ...details(run, room)];
  return `${parts.join("\n\n").trimEnd()}\n`;
}

const lengthOf = (parts: readonly string[]): number => parts.reduce((sum, part) => sum + part.length + 2, 0);

/**
 * Lines under a head, as many as there is room for and `most` allows, and what `rest` says of those that are left
 * out; takes what they need from the room.
 */
function fitting(
  room: { left: number },
  most: number,
  head: readonly string[],
  lines: readonly string[],
  rest: (left: number) => readonly string[],
): string {
  // What says that something is left out has its place too.
  const limit = Math.min(room.left, most) - lengthOf(rest(lines.length)) - lengthOf(head);
  let [count, length] = [0, 0];
  while (count < lines.length && length + (lines[count]?.length ?? 0) + 1 <= limit) {
    length += (lines[count]?.length ?? 0) + 1;
    count += 1;
  }
  const left = lines.length - count;
  const text = [...head, ...lines.slice(0, count), ...(left > 0 ? rest(left) : [])].join("\n");
  room.left -= text.length + 2;
  return text;
}

function heading(run: RunReport): string {
  const isOver = run.state === "finished";
  const sign = !isOver ? signs[run.state === "running" ? "running" : "interrupted"] : signs[verdict(run)];
  const counts = countsText(run.counts) || "nothing settled";
  const name = inline(basename(run.plan ?? run.manifest));
  return `### ${sign} ${name}: ${counts} of ${run.tasks.length} in ${duration(run.duration_s)}`;
}

const verdict = ({ exit_code, counts }: RunReport): Status => {
  if (exit_code === 0) return counts.warn > 0 ? "warn" : "pass";
  return counts.question + counts.escalated > 0 && counts.fail + counts.error === 0 ? "question" : "fail";
};

function standing(run: RunReport): string {
  const states = {
    running: "**It is not over**: this is how it stood",
    killed: "**It was killed before its end**; this is how it stood",
    finished: `It ended with exit status ${run.exit_code}`,
  };
  const when = run.state === "running" ? ` at ${run.written}` : "";
  const used = usageText(run);
  return `Run \`${run.run}\`, ${run.mode}. ${states[run.state]}${when}.${used ? ` Used: ${used}.` : ""}`;
}

function goOn({ state, run, tasks }: RunReport): string[] {
  const step = state === "running" ? undefined : nextStep({ run }, tasks);
  return step ? [`To ${step.what}: ${codeSpan(step.command)}`] : [];
}

const tableHead = [
  "| Stage | Task | Status | Time | Attempts | Why |",
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
    reason && status !== "pass" ? inline(shortened(reason, longestReason)) : "",
  ];
  return `| ${cells.join(" | ")} |`;
}

const nameOf = ({ id, title }: TaskReport): string =>
  `<b>${inline(shortened(id, 100))}</b>${title === id ? "" : ` ${inline(shortened(title, 200))}`}`;

function graph(run: RunReport, room: { left: number }): string[] {
  if (run.tasks.length > mostInGraph || run.tasks.length < 2) return [];
  const text = `<details><summary>Graph</summary>\n\n${fenced(mermaidOfRun(run), "mermaid")}\n\n</details>`;
  if (text.length > Math.min(mostOfGraph, room.left)) return [];
  room.left -= text.length + 2;
  return [text];
}

function files(run: RunReport, room: { left: number }): string[] {
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
  return [`${fitting(room, mostOfFiles, head, lines, rest)}${end}`];
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** Of each task that has run and did not pass: what it said, most important first. */
function details({ tasks }: RunReport, room: { left: number }): string[] {
  const order = ["fail", "error", "interrupted", "question", "escalated", "cancelled", "warn"];
  const told = tasks
    .filter(({ status, attempt }) => order.includes(status) && attempt > 0)
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  if (told.length === 0) return [];
  const rest = (left: number) => [
    `The outputs of ${left} more tasks are left out here; they lie in the run's directory.`,
  ];
  return [fitting(room, mostCharacters, [], told.map(detail), rest)];
}

function detail(task: TaskReport): string {
  const { status, verdict, notes, attempts, reason } = task;
  const earlier = attempts.slice(0, -1).map(({ attempt, status, reason }) => {
    const why = reason ? `: ${inline(shortened(reason, longestReason))}` : "";
    return `- Attempt ${attempt}: ${status}${why}`;
  });
  const lines = [
    ...earlier,
    ...(verdict && !verdict.includes(reason ?? "\0")
      ? [`- ${inline(shortened(verdict, longestReason))}`]
      : []),
    ...notes.map((note) => `- ${inline(shortened(note, longestReason))}`),
  ];
  const open = status === "warn" ? "" : " open";
  return [
    `<details${open}><summary>${signs[status]} ${nameOf(task)}: ${status}</summary>`,
    ...(reason ? [inline(shortened(reason, longestReason))] : []),
    ...(lines.length > 0 ? [lines.join("\n")] : []),
    ...task.said.map(excerpt),
    "</details>\n",
  ].join("\n\n");
}

function excerpt({ name, text: { head, left_out, tail } }: TaskReport["said"][number]): string {
  const lines = inert(printableLines(head + tail)).trim();
  const shown =
    lines.length > longestTail ? lines.slice(-longestTail).replace(/^[\udc00-\udfff]/, "") : lines;
  const isCut = left_out > 0 || shown.length < lines.length;
  return `${isCut ? `The end of ${name}` : name}:\n\n${fenced(shown, "text")}`;
}

/**
 * Untrusted text as it can stand in a line, at its start, in a table's cell and in an HTML element: entities for what
 * markdown or HTML would read. What GitHub looks for in the finished page (people, issues, addresses) is broken by a
 * space of no width, of which the text itself has none.
 */
export const inline = (text: string): string =>
  printable(text)
    .trim()
    .replaceAll(/@|#(?=\d)|\bGH(?=-\d)|:(?=\/\/)|\bwww(?=\.)|\b(?:mailto|xmpp)(?=:)/gi, "$&\u200b")
    .replaceAll(/[&<>"'\\`*_~[\]|$!{}\u200b]|^[-+#=]|(?<=^\d+)[.)]/g, (char) => `&#${char.charCodeAt(0)};`);
