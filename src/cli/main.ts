import { setImmediate } from "node:timers/promises";
import { CommanderError } from "commander";
import { printable } from "../text/printable.ts";
import { addCompletion } from "./completion.ts";
import { printError, statusOf } from "./exit-status.ts";
import { program } from "./program.ts";

/**
 * The command line: from arguments to an exit status. 0: every task passed, with or without warnings; 1: a task failed,
 * was skipped or is parked; 2: a usage error or an invalid manifest, and nothing was started; 130 and 143: ended by
 * SIGINT and SIGTERM; 70: a bug in interserve.
 */
export async function main(args: readonly string[]): Promise<number> {
  let [status, isOutputLost] = [0, false];
  // A reader that goes away, as in `| head`, or a full disk, ends the output but not the run.
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (isOutputLost || error.code === "EPIPE") return;
    isOutputLost = true;
    process.stderr.write(`error: cannot write to standard output: ${printable(error.message)}\n`);
  });
  const commands = program((code) => {
    status = code;
  });
  try {
    await addCompletion(commands, args);
    await commands.parseAsync([...args], { from: "user" });
    // The error of a failed write comes one turn later.
    await setImmediate();
    return status === 0 && isOutputLost ? 1 : status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    await printError(error);
    return statusOf(error);
  }
}
