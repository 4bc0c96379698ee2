import { dirname, join } from "node:path";
import type { Verify } from "../../schemas/manifest.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import type { AttemptRequest } from "../engines/engine.ts";
import { lastLines } from "../process/lines.ts";
import { runProcess } from "../process/spawn.ts";
import { oneLine } from "../text/one-line.ts";
import { printable } from "../text/printable.ts";
import { tailOf } from "../text/tail.ts";

/** How much of what a failing command said goes back to the agent, in characters. */
const longestFeedback = 8000;

/**
 * Holds a finished attempt against its task's `verify` commands, in order, up to the first that fails. Gives the
 * outcome as it was, or a failure with what the command said. Output is in `verify-N.txt` beside the attempt's log.
 */
export async function runGates(outcome: Outcome, request: AttemptRequest): Promise<Outcome> {
  for (const [at, gate] of request.task.verify.entries()) {
    const failure = await runGate(gate, at + 1, request);
    if (failure) return { ...outcome, ...failure };
  }
  return outcome;
}

async function runGate(gate: Verify, number: number, request: AttemptRequest): Promise<Outcome | undefined> {
  const output = join(dirname(request.files.log), `verify-${number}.txt`);
  const end = await runProcess({
    // Both streams in one file: what a test runner says is told apart by no one.
    command: { shell: `{ ${gate.run}\n} 2>&1` },
    cwd: request.cwd,
    env: request.env,
    stdoutFile: output,
    timeoutMs: request.timeoutMs,
    signal: request.signal,
    graceMs: request.graceMs,
    marker: request.marker,
    watchStdout: lastLines((line) => request.onProgress(`verify: ${printable(line)}`)),
  });
  if (end.ended === "cancelled")
    return { status: "cancelled", reason: "cancelled while it was being verified" };
  const said = await tailOf(output);
  const found = end.ended === "exited" ? `exit ${end.exitCode}` : (end.message ?? end.ended);
  const contains = /^contains "(.*)"$/s.exec(gate.expect)?.[1];
  const holds =
    contains === undefined ? found === gate.expect : end.ended === "exited" && said.includes(contains);
  if (holds) return undefined;
  const last = said.trim().split("\n").at(-1) ?? "";
  const reason = `verify: expected ${gate.expect} from \`${gate.run}\`, found ${found}${last ? `: ${last}` : ""}`;
  const feedback = `${reason}\n\n${said.slice(-longestFeedback)}`;
  return { status: "fail", failure: "verify", reason: oneLine(reason), feedback };
}
