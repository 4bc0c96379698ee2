import { CommanderError } from "commander";
import { addCompletion } from "./completion.ts";
import { isDefectOfOurs, say } from "./failures.ts";
import { program } from "./program.ts";

/**
 * The command line: arguments to exit status. 0: all passed or warned; 1: a task failed, was skipped or is parked;
 * 2: usage or an invalid manifest, and nothing was started; 130 and 143: ended by SIGINT and SIGTERM.
 */
export async function main(args: readonly string[]): Promise<number> {
  // A reader that goes away, as in `| head`, ends the output and not the run.
  process.stdout.on("error", ignoreClosedPipe);
  process.stderr.on("error", ignoreClosedPipe);
  let status = 0;
  const commands = program((code) => {
    status = code;
  });
  try {
    await addCompletion(commands, args);
    await commands.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    await say(error);
    return isDefectOfOurs(error) ? 70 : 2;
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
