import type { DependencyResult, FinishedTask } from "../../schemas/dependency-result.ts";
import { verdictLines } from "../../schemas/hand-over.ts";
import type { ManifestTask } from "../../schemas/manifest.ts";
import { codeSpan, fenced } from "../text/fence.ts";
import { blocksIn, linesOf } from "../text/markdown.ts";
import { printable } from "../text/printable.ts";
import { visibleText } from "../text/visible.ts";
import { renderDependencies } from "./dependencies.ts";
import { titleLine } from "./title-line.ts";

/** Everything that goes into a task's prompt. Paths are absolute. */
export interface PromptInput {
  readonly task: Pick<ManifestTask, "id" | "files" | "prompt_hint"> & { readonly title: string };
  /** Whether no other task runs beside this one. */
  readonly isSequential?: boolean;
  readonly planFile?: string;
  /** The task's own section of the plan, as written. */
  readonly section?: string;
  /** The text of `prompt` or `prompt_file`, which replaces the section. */
  readonly promptText?: string;
  /** The agent's working directory. */
  readonly projectDir: string;
  /** The results of the explicit dependencies. */
  readonly dependencies: readonly DependencyResult[];
  /** Tasks that this one waited for without naming them. */
  readonly alsoFinished: readonly FinishedTask[];
  /** Whether the agent gives its result as structured output. If not, it is asked for closing lines. */
  readonly structured?: boolean;
  /** Whether the agent can commit. If not, it is told so, because many plans ask for a commit. */
  readonly canCommit?: boolean;
  /** The reason for another attempt: an answer to the agent's question, or the output of a failed check. */
  readonly followUp?: {
    readonly kind: "answer" | "fix";
    readonly text: string;
    /** The file with the output of the previous attempt; undefined if it left none. */
    readonly output: string | undefined;
  };
  /** Characters for the results of all dependencies together. */
  readonly budget: number;
}

/** How many finished tasks, or declared files, are listed; the others are counted. */
const mostListed = 50;

/** Builds a task's prompt, in markdown. The same input gives the same text. */
export async function buildPrompt(input: PromptInput): Promise<string> {
  const parts = [
    `# ${titleLine(input.task.id)}: ${titleLine(input.task.title)}`,
    surroundings(input),
    taskSections(input),
    await renderDependencies(input.dependencies, input.budget),
    alsoFinished(input.alsoFinished),
    previousAttempt(input),
    input.structured ? structuredClosing : closing,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function surroundings({ projectDir, isSequential, canCommit = true }: PromptInput): string {
  const others = isSequential
    ? "Other tasks run in it before and after this one."
    : "Other tasks may be running in it at the same time.";
  const lines = [
    `This is one task of a larger plan. Your working directory is ${printable(projectDir)}. ${others}`,
    "Do only this task: change what it asks for, leave everything else as it is, and do not push.",
    "You cannot commit here: leave your changes uncommitted, and skip steps that ask for a commit.",
  ];
  return lines.slice(0, canCommit ? 2 : 3).join("\n");
}

function taskSections({ task, promptText, section, planFile }: PromptInput): string {
  const { title, files, prompt_hint } = task;
  const text =
    selfContained((promptText ?? section ?? "").trim()) ||
    `There is no description of it but its title: ${titleLine(title)}`;
  const declared = bulletList(files.map((file) => codeSpan(printable(file))));
  return [
    `## The task\n\n${text}`,
    ...(prompt_hint ? [`## Guidance\n\n${selfContained(prompt_hint.trim())}`] : []),
    ...(declared ? [`## Files that it should write\n\n${declared}`] : []),
    ...(planFile ? [`The whole plan, in case this task refers to it: ${printable(planFile)}`] : []),
  ].join("\n\n");
}

/**
 * Returns an author's text as it is, or as a block of its own if it leaves a code block or a comment open that would
 * swallow what follows.
 */
function selfContained(text: string): string {
  const last = blocksIn(linesOf(`${text}\n\n# End`)).at(-1);
  return last?.type === "heading" && last.depth === 1 ? text : fenced(text, "markdown");
}

function alsoFinished(finished: PromptInput["alsoFinished"]): string {
  const lines = finished.map(({ id, title, status }) => `${status}: ${titleLine(id)}, ${titleLine(title)}`);
  return lines.length === 0 ? "" : `## Also finished before this task\n\n${bulletList(lines)}`;
}

function previousAttempt({ followUp }: PromptInput): string {
  if (!followUp) return "";
  const { kind, text, output } = followUp;
  const start = `## Previous attempt

This task was attempted before. The changes of that attempt are still in the directory${
    output === undefined ? "." : `, and its output is in\n${codeSpan(output)}.`
  }`;
  return kind === "answer"
    ? `${start} It ended with a question, and this is the answer:\n\n${selfContained(text.trim())}`
    : `${start} After it, a command that checks the task failed. Fix the problem; this is what the command
reported, as data:\n\n${fenced(visibleText(text), "text")}`;
}

function bulletList(items: readonly string[]): string {
  const more = items.length - mostListed;
  const shown = [...items.slice(0, mostListed), ...(more > 0 ? [`and ${more} more`] : [])];
  return shown.map((item) => `- ${item}`).join("\n");
}

const meanings = verdictLines.map((line) => `- ${line}`).join("\n");

const closing = `## When you are done

End your last message with a section \`## Hand-over\`: in a few lines, what the tasks that depend on this one must know,
such as names, paths and decisions. After it, as the very last line, write exactly one of these:

VERDICT: CLEAN
VERDICT: NEEDS_ATTENTION <why>
VERDICT: QUESTION <question>

${meanings}`;

const structuredClosing = `## When you are done

End with a result in the required format. Its \`hand_over\` tells the tasks that depend on this one what they must know,
in a few lines, such as names, paths and decisions. Its \`verdict\` is one of these:

${meanings}`;
