import { open } from "node:fs/promises";
import type { Outcome } from "../../schemas/outcome.ts";
import { printable } from "../printable.ts";

/** How much of an output's end is read for its verdict and hand-over, in bytes. */
const tailBytes = 64 * 1024;
const longestReason = 500;
const longestHandOver = 4000;

/** What an agent says of its own work, on the last line of its output. */
export interface Verdict {
  readonly kind: "clean" | "needs_attention" | "question" | "unknown";
  /** What follows the word: the caveat, the question. */
  readonly text: string;
  /** The line as it stood. */
  readonly line: string;
}

/** Untrusted text as one bounded line. */
export const oneLine = (text: string): string => {
  const line = printable(text).trim();
  return line.length > longestReason ? `${line.slice(0, longestReason - 1)}…` : line;
};

/** A closing line without the marks that markdown may have put around it. */
const plain = (line: string): string => line.replace(/^[\s>*_`-]+/, "").replace(/[\s*_`]+$/, "");
const isFence = (line: string): boolean => /^\s*(`{3,}|~{3,})\s*$/.test(line);

/** Reads the last line that is not empty and no fence. Verdicts anywhere else are just text. */
export function parseVerdict(output: string): Verdict | undefined {
  const last = output.split(/\r?\n/).findLast((line) => line.trim() !== "" && !isFence(line));
  const found = /^VERDICT:\s*([A-Za-z_-]*)[\s:*`—–-]*(.*)$/.exec(plain(last ?? ""));
  if (!found) return undefined;
  const kinds = { CLEAN: "clean", NEEDS_ATTENTION: "needs_attention", QUESTION: "question" } as const;
  const word = (found[1] ?? "") as keyof typeof kinds;
  return {
    kind: Object.hasOwn(kinds, word) ? kinds[word] : "unknown",
    text: oneLine(found[2] ?? ""),
    line: oneLine(plain(last ?? "")),
  };
}

/** The text under the last `Hand-over` heading, up to the verdict; bounded. */
export function parseHandOver(output: string): string | undefined {
  const lines = output.split(/\r?\n/);
  const heading = /^\s*(?:#{1,6}\s*|\*\*)?hand-?over\b(?:\*\*)?:?(?:\*\*)?\s*(.*)$/i;
  const at = lines.findLastIndex((line) => heading.test(line));
  if (at < 0) return undefined;
  const rest = [heading.exec(lines[at] ?? "")?.[1] ?? "", ...lines.slice(at + 1)];
  const end = rest.findLastIndex((line) => /^VERDICT:/.test(plain(line)));
  const text = (end < 0 ? rest : rest.slice(0, end)).join("\n").trim();
  if (text === "") return undefined;
  const cut = text.length - longestHandOver;
  return cut > 0 ? `${text.slice(0, longestHandOver)}\n[… ${cut} characters cut …]` : text;
}

/** The end of a file of any size, as text; empty where there is no file. */
export async function tailOf(path: string, bytes = tailBytes): Promise<string> {
  const handle = await open(path).catch(() => undefined);
  if (!handle) return "";
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, bytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, size - buffer.length);
    // The first character may have lost its beginning.
    const text = buffer.toString("utf8", 0, bytesRead);
    return size > bytes ? text.replace(/^\ufffd+/, "") : text;
  } finally {
    await handle.close();
  }
}

/**
 * What a terminal success comes to, by the agent's own verdict. An agent that gives none has not said that it is
 * done: `warn`; a plain command is not asked for one: `pass`.
 */
export function judge(output: string, asked: "agent" | "command"): Outcome {
  const verdict = parseVerdict(output);
  const handOver = parseHandOver(output);
  const said = {
    ...(verdict ? { verdict: verdict.line } : {}),
    ...(handOver === undefined ? {} : { hand_over: handOver }),
  };
  switch (verdict?.kind) {
    case "clean":
      return { status: "pass", ...said };
    case "needs_attention":
      return { status: "warn", reason: verdict.text || "the agent says that its work needs attention", ...said };
    case "question":
      return { status: "question", reason: verdict.text || "the agent has a question, and did not say which", ...said };
    case "unknown":
      return {
        status: "fail",
        failure: "task",
        reason: `expected CLEAN, NEEDS_ATTENTION or QUESTION, found "${verdict.line}"`,
        ...said,
      };
    case undefined:
      return asked === "command"
        ? { status: "pass", ...said }
        : { status: "warn", reason: "the agent ended without a verdict", ...said };
  }
}
