import { dirname, join } from "node:path";
import type { Verify } from "../../schemas/manifest.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import type { AttemptRequest } from "../engines/engine.ts";
import { lastLines } from "../process/lines.ts";
import { runProcess } from "../process/spawn.ts";
import { lastLine, oneLine } from "../text/one-line.ts";
import { printable } from "../text/printable.ts";
import { tailOf } from "../text/tail.ts";

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
    // Both streams in one file, in the order in which they were written.
    command: { shell: `{ ${run}\n} 2>&1` },
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
  const text = await tailOf(output);
  const found = end.ended === "exited" ? `exit ${end.exitCode}` : (end.message ?? end.ended);
  const contains = /^contains "(.*)"$/s.exec(expect)?.[1];
  const holds = contains === undefined ? found === expect : end.ended === "exited" && text.includes(contains);
  if (holds) return undefined;
  const last = lastLine(text);
  const reason = `verify: expected ${expect} from \`${run}\`, found ${found}${last ? `: ${last}` : ""}`;
  const feedback = `${reason}\n\n${text.slice(-longestFeedback)}`;
  return { status: "fail", failure: "verify", reason: oneLine(reason), feedback };
}
