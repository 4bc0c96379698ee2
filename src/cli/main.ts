import { setImmediate } from "node:timers/promises";
import { CommanderError } from "commander";
import { printable } from "../text/printable.ts";
import { addCompletion } from "./completion.ts";
import { say, statusOf } from "./exit-status.ts";
import { program } from "./program.ts";

/**
 * The command line: arguments to exit status. 0: all passed or warned; 1: a task failed, was skipped or is parked;
 * 2: usage or an invalid manifest, and nothing was started; 130 and 143: ended by SIGINT and SIGTERM.
 */
export async function main(args: readonly string[]): Promise<number> {
  let [status, lost] = [0, false];
  // A reader that goes away, as in `| head`, or a full disk, ends the output and not the run.
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (lost || error.code === "EPIPE") return;
    lost = true;
    process.stderr.write(`error: standard output is lost: ${printable(error.message)}\n`);
  });
  const commands = program((code) => {
    status = code;
  });
  try {
    await addCompletion(commands, args);
    await commands.parseAsync([...args], { from: "user" });
    // A write that failed tells so one turn later.
    await setImmediate();
    return status === 0 && lost ? 1 : status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    await say(error);
    return statusOf(error);
  }
}
