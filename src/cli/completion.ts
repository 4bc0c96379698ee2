import type { Command } from "commander";
import { command, examplesText } from "./command.ts";

const examples = ["source <(interserve complete bash)"];

/** The command `complete` as the help shows it. */
const complete = command("complete", {
  summary: "print a completion script for a shell",
  arguments: [["<shell>", "zsh, bash, fish or powershell"]],
  examples,
  action: async () => 0,
});

/** A function that the script for bash takes from the package bash-completion, in case that is not installed. */
const bashFallback = `if ! declare -F _get_comp_words_by_ref > /dev/null; then
    _get_comp_words_by_ref() {
        cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
        words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    }
fi

`;

/** Adds the command `complete`. It is loaded only if it is called, as it takes a package that no other command needs. */
export async function addCompletion(commands: Command, args: readonly string[]): Promise<void> {
  if (args[0] !== "complete") {
    commands.addCommand(complete(() => {}));
    return;
  }
  const { default: tab } = await import("@bomb.sh/tab/commander");
  tab(commands);
  commands.commands.find((one) => one.name() === "complete")?.addHelpText("after", examplesText(examples));
  if (args.length === 2 && args[1] === "bash") process.stdout.write(bashFallback);
}
