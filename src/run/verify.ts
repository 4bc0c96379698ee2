import { dirname, join } from "node:path";
import type { Verify } from "../../schemas/manifest.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import type { AttemptRequest } from "../engines/engine.ts";
import { lastLines } from "../process/lines.ts";
import { type ProcessEnd, runProcess } from "../process/spawn.ts";
import { errorLine } from "../text/error-line.ts";
import { oneLine } from "../text/one-line.ts";
import { printable } from "../text/printable.ts";
import { shortageIn } from "../text/shortage.ts";
import { readShownFile } from "../text/shown-file.ts";
import { comparisonWith } from "./expected.ts";
import { shellLine } from "./shell.ts";

/** How much of a failing command's output goes back to the agent, in characters. */
const longestFeedback = 8000;

/**
 * Runs a task's `verify` commands in order, up to the first that fails. Returns the outcome as it was, or a failure
 * with the command's output, which is kept in `verify-N.txt` beside the attempt's log.
 */
export async function runVerifyCommands(outcome: Outcome, request: AttemptRequest): Promise<Outcome> {
  for (const [at, command] of request.task.verify.entries()) {
    const failure = await runVerifyCommand(command, at + 1, request);
    if (failure) return { ...outcome, ...failure };
  }
  return outcome;
}

async function runVerifyCommand(
  { run, expect }: Verify,
  number: number,
  request: AttemptRequest,
): Promise<Outcome | undefined> {
  const output = join(dirname(request.files.log), `verify-${number}.txt`);
  const end = await runProcess({
    command: await shellLine(run, request.env),
    cwd: request.cwd,
    env: request.env,
    stdoutFile: output,
    timeoutMs: request.timeoutMs,
    signal: request.signal,
    graceMs: request.graceMs,
    marker: request.marker,
    watchStdout: lastLines((line) => request.onProgress(`verify: ${printable(line)}`)),
  });
  if (end.ended === "cancelled") return { status: "cancelled", reason: "cancelled during verification" };
  if (end.ended === "not-started" && shortageIn(end) !== undefined) {
    return { status: "error", failure: "resources", reason: `could not be verified: ${end.message}` };
  }
  const comparison = comparisonWith(expect);
  let text = "";
  const push = (piece: string) => {
    comparison.push(piece);
    text = (text + piece).slice(-longestFeedback);
  };
  await readShownFile(output, { push, end() {} });
  if (comparison.holds(end)) return undefined;
  const reason = `verify: expected ${expect} from \`${run}\`, found ${await foundIn(end, text, expect, output)}`;
  const feedback = `${reason}\n\n${text}`;
  return { status: "fail", failure: "verify", reason: oneLine(reason), feedback };
}

/** Says what a command did in place of what was expected. */
async function foundIn(end: ProcessEnd, text: string, expect: string, file: string): Promise<string> {
  const printed = text.trim();
  const isShort = printed.length < 60 && !printed.includes("\n");
  if (end.ended === "exited" && isShort && expect.startsWith("output")) return `output "${printed}"`;
  const found = end.ended === "exited" ? `exit ${end.exitCode}` : (end.message ?? end.ended);
  const error = await errorLine(file);
  return `${found}${error ? `: ${error}` : ""}`;
}
