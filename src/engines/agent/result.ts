import * as v from "valibot";
import { handOverSchema } from "../../../schemas/hand-over.ts";
import { mostFilesChanged, type Outcome } from "../../../schemas/outcome.ts";
import { oneLine } from "../../text/one-line.ts";
import { judgeOutput, parseClosing } from "./closing.ts";

/** An agent's last message, read. */
export interface Result {
  readonly outcome: Outcome;
  /** The message as people and dependents get it: structured output is turned into text. */
  readonly text: string;
}

/** Reads an agent's last message: structured output, or text that ends with a verdict. */
export function readResult(message: string): Result {
  const value = structuredIn(message);
  if (value === undefined) return { outcome: judgeOutput(parseClosing(message), "agent"), text: message };
  // Unlike the schema that the agent is given, this accepts additional keys.
  const parsed = v.safeParse(v.object(handOverSchema.entries), withCapitals(value));
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
    outcome: {
      ...judgeOutput(parseClosing(text), "agent"),
      ...(files.length > 0 ? { files_changed: files } : {}),
    },
    text,
  };
}

const firstLine = (text: string): string => /\S.*/.exec(text)?.[0] ?? "";

/** Writes the verdict as the schema has it, for models that were not held to it. */
const withCapitals = (value: { readonly verdict: unknown }): object =>
  typeof value.verdict === "string"
    ? { ...value, verdict: value.verdict.trim().toUpperCase().replace(/[ -]/g, "_") }
    : value;

/** Parses a message that is a JSON object with a verdict, fenced or not. Returns undefined for any other. */
function structuredIn(message: string): { readonly verdict: unknown } | undefined {
  const text = /^\s*```(?:json)?\s*\n(.*)\n```\s*$/s.exec(message)?.[1] ?? message;
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text.trim());
    return typeof value === "object" && value !== null && "verdict" in value ? value : undefined;
  } catch {
    return undefined;
  }
}
