import { Command, CommanderError } from "commander";
import { say, statusOf } from "./failures.ts";
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
    if (args[0] === "complete") {
      const { default: tab } = await import("@bomb.sh/tab/commander");
      tab(commands);
    } else {
      commands.addCommand(completionHelp(), {});
    }
    await commands.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    await say(error);
    return statusOf(error);
  }
}

/** Stands in the help; the real command is made where it is called, so that no other command loads it. */
const completionHelp = () =>
  new Command("complete")
    .argument("<shell>", "zsh, bash, fish or powershell")
    .summary("print a script for completion in a shell")
    .addHelpText("after", "\nExample:\n  $ source <(interserve complete bash)\n");

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
