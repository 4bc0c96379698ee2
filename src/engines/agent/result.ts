import * as v from "valibot";
import { handOverSchema } from "../../../schemas/hand-over.ts";
import { mostFilesChanged, type Outcome } from "../../../schemas/outcome.ts";
import { oneLine } from "../../text/one-line.ts";
import { judge } from "./verdict.ts";

/** What an agent's last message comes to. */
export interface Result {
  readonly outcome: Outcome;
  /** The message for people and for dependents: a form is put into words. */
  readonly text: string;
}

/** Reads an agent's last message: in the form that it was given, or in words that end with a verdict. */
export function readResult(message: string): Result {
  const form = formIn(message);
  if (form === undefined) return { outcome: judge(message, "agent"), text: message };
  // A key more is no harm; one that is missing or odd is.
  const parsed = v.safeParse(v.object(handOverSchema.entries), form);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const where = v.getDotPath(issue) ?? "it";
    const reason = `expected a result in the form that was asked for, found \`${where}\` with: ${issue.message}`;
    return { outcome: { status: "fail", failure: "task", reason: oneLine(reason) }, text: message };
  }
  const { verdict, summary, files_changed, hand_over, question } = parsed.output;
  const about = verdict === "CLEAN" ? "" : ` ${oneLine(firstLine(question ?? "") || firstLine(summary))}`;
  const closing = `VERDICT: ${verdict}${about}`.trim();
  const parts = [summary.trim(), hand_over.trim() ? `## Hand-over\n\n${hand_over.trim()}` : "", closing];
  const text = `${parts.filter((part) => part !== "").join("\n\n")}\n`;
  const files = files_changed.slice(0, mostFilesChanged);
  return {
    outcome: { ...judge(text, "agent"), ...(files.length > 0 ? { files_changed: files } : {}) },
    text,
  };
}

const firstLine = (text: string): string => /\S.*/.exec(text)?.[0] ?? "";

/** The JSON object that a message is, fenced or not, where it has the key that makes it a result. */
function formIn(message: string): object | undefined {
  const text = /^\s*```(?:json)?\s*\n(.*)\n```\s*$/s.exec(message)?.[1] ?? message;
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "verdict" in value ? value : undefined;
  } catch {
    return undefined;
  }
}
