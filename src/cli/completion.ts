import { Command } from "commander";

const examples = "\nExample:\n  $ source <(interserve complete bash)\n";

/** What the script for bash needs of the package bash-completion, for where that is not installed. */
const bashFallback = `if ! declare -F _get_comp_words_by_ref > /dev/null; then
    _get_comp_words_by_ref() {
        cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
        words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    }
fi

`;

/** Adds the command `complete`: the real one where it is called, so that no other command loads it; else its help. */
export async function addCompletion(commands: Command, args: readonly string[]): Promise<void> {
  if (args[0] !== "complete") {
    commands.addCommand(
      new Command("complete")
        .argument("<shell>", "zsh, bash, fish or powershell")
        .summary("print a script for completion in a shell")
        .addHelpText("after", examples),
    );
    return;
  }
  const { default: tab } = await import("@bomb.sh/tab/commander");
  tab(commands);
  commands.commands.find((command) => command.name() === "complete")?.addHelpText("after", examples);
  if (args.length === 2 && args[1] === "bash") process.stdout.write(bashFallback);
}
