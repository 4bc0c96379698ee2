import { fromMarkdown } from "mdast-util-from-markdown";
import type { DependencyResult } from "../../schemas/dependency-result.ts";
import type { ManifestTask } from "../../schemas/manifest.ts";
import { codeSpan, fenced } from "../text/fence.ts";
import { printable, printableLines } from "../text/printable.ts";
import { titleLine } from "./clean.ts";
import { renderDependencies } from "./dependencies.ts";

/** All that goes into a task's prompt. Paths are absolute. */
export interface PromptInput {
  readonly task: Pick<ManifestTask, "id" | "files" | "prompt_hint"> & { readonly title: string };
  /** Whether no other task runs beside this one. */
  readonly isSequential?: boolean;
  readonly planFile?: string;
  /** The task's own section of the plan, as written. */
  readonly section?: string;
  /** The text of `prompt` or `prompt_file`: comes in place of the section. */
  readonly promptText?: string;
  /** Where the agent works. */
  readonly projectDir: string;
  /** Results of the explicit dependencies. */
  readonly dependencies: readonly DependencyResult[];
  /** Tasks that this one waited for without naming them. */
  readonly alsoFinished: readonly { readonly id: string; readonly title: string; readonly status: string }[];
  /** Whether the agent is given a form for its result; else it is asked for closing lines. */
  readonly structured?: boolean;
  /** Where it cannot, it is told so: plans like to ask for a commit. */
  readonly canCommit?: boolean;
  /** What came of the attempt before, where this one goes on from it: an answer to its question, or what failed. */
  readonly followUp?: {
    readonly kind: "answer" | "fix";
    readonly text: string;
    /** Where the output of the attempt before lies. */
    readonly output: string;
  };
  /** Characters for the results of the dependencies, all in all. */
  readonly budget: number;
}

/** More finished tasks, or declared files, than this are counted and not named. */
const mostListed = 50;

/** A task's prompt, in markdown. The same input gives the same text. */
export async function buildPrompt(input: PromptInput): Promise<string> {
  const parts = [
    `# ${titleLine(input.task.id)}: ${titleLine(input.task.title)}`,
    surroundings(input),
    task(input),
    await renderDependencies(input.dependencies, input.budget),
    alsoFinished(input.alsoFinished),
    followUp(input),
    input.structured ? closingForm : closing,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function surroundings({ projectDir, isSequential, canCommit = true }: PromptInput): string {
  const others = isSequential
    ? "Other tasks run before and after it in the same directory."
    : "Others may be running at the same time in the same directory.";
  return `This is one task of a larger plan. You work in ${printable(projectDir)}. ${others}
Do this task and no other: change only what it asks for, leave the rest as you find it, and do not push.${
    canCommit
      ? ""
      : "\nYou cannot commit here: leave your changes as they are, and pass over steps that ask for a commit."
  }`;
}

function task({ task: { title, files, prompt_hint }, promptText, section, planFile }: PromptInput): string {
  const text =
    closed((promptText ?? section ?? "").trim()) ||
    `All that is said of it is its title: ${titleLine(title)}`;
  const declared = listed(files.map((file) => `- ${codeSpan(printable(file))}`));
  return [
    `## The task\n\n${text}`,
    ...(prompt_hint ? [`## Guidance\n\n${closed(prompt_hint.trim())}`] : []),
    ...(declared ? [`## Files that it is meant to write\n\n${declared}`] : []),
    ...(planFile ? [`The whole plan, for where this task refers to it: ${printable(planFile)}`] : []),
  ].join("\n\n");
}

/**
 * A text of the author's as it stands, or, where it leaves a code block or a comment open that would take in what
 * follows, as a block of its own.
 */
function closed(text: string): string {
  const last = fromMarkdown(`${text}\n\n# End`).children.at(-1);
  return last?.type === "heading" && last.depth === 1 ? text : fenced(text, "markdown");
}

function alsoFinished(finished: PromptInput["alsoFinished"]): string {
  const lines = finished.map(({ id, title, status }) => `- ${status}: ${titleLine(id)}, ${titleLine(title)}`);
  return lines.length === 0 ? "" : `## Also finished before this task\n\n${listed(lines)}`;
}

function followUp({ followUp }: PromptInput): string {
  if (!followUp) return "";
  const { kind, text, output } = followUp;
  const start = `## What came before

This task has been tried before; what it left in the directory is still there, and what it said is in
${codeSpan(output)}.`;
  return kind === "answer"
    ? `${start} It had a question, and this is the answer:\n\n${closed(text.trim())}`
    : `${start} It did not hold against a command that checks it. Mend what is wrong; this is what
the command said, as data:\n\n${fenced(printableLines(text), "text")}`;
}

function listed(lines: readonly string[]): string {
  const more = lines.length - mostListed;
  return [...lines.slice(0, mostListed), ...(more > 0 ? [`- and ${more} more`] : [])].join("\n");
}

const closing = `## When you are done

End your last message with a section \`## Hand-over\`: in a few lines, what the tasks that depend on this one must know,
such as names, paths and decisions. After it, as the very last line, write exactly one of these:

VERDICT: CLEAN
VERDICT: NEEDS_ATTENTION <why>
VERDICT: QUESTION <question>

CLEAN: all of the task is done and checked. NEEDS_ATTENTION: it is done, but someone must know of a problem.
QUESTION: you cannot go on without an answer.`;

const closingForm = `## When you are done

End with a result in the form that you are given. Its \`hand_over\` is for the tasks that depend on this one: in a few
lines, what they must know, such as names, paths and decisions. Its \`verdict\` is one of these:

CLEAN: all of the task is done and checked. NEEDS_ATTENTION: it is done, but someone must know of a problem.
QUESTION: you cannot go on without an answer.`;
