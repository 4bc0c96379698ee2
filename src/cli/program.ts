import { Command } from "commander";
import { version } from "../version.ts";
import { examplesText } from "./command.ts";
import { answer } from "./commands/answer.ts";
import { check } from "./commands/check.ts";
import { clean } from "./commands/clean.ts";
import { doctor } from "./commands/doctor.ts";
import { help } from "./commands/help.ts";
import { inspect } from "./commands/inspect.ts";
import { plan } from "./commands/plan.ts";
import { report } from "./commands/report.ts";
import { resume } from "./commands/resume.ts";
import { run } from "./commands/run.ts";
import { runs } from "./commands/runs.ts";
import { show } from "./commands/show.ts";
import { status } from "./commands/status.ts";
import { trust } from "./commands/trust.ts";

const builders = [
  run,
  check,
  show,
  inspect,
  plan,
  resume,
  answer,
  runs,
  status,
  report,
  clean,
  doctor,
  trust,
  help,
];

/** Builds the parser of all commands. `exit` is called with the exit status of the command that has run. */
export function program(exit: (status: number) => void): Command {
  const root = new Command("interserve")
    .description(
      "Run the tasks of an implementation plan on coding agents, each as soon as the tasks it depends on have passed.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    // Wraps descriptions even in a narrow terminal.
    .configureHelp({ minWidthToWrap: 20 })
    .showHelpAfterError("(see `interserve help`)")
    .helpCommand(false)
    .addHelpText(
      "after",
      examplesText([
        "interserve check docs/plan.exec.yaml",
        "interserve run docs/plan.exec.yaml",
        "interserve help run",
      ]),
    )
    .exitOverride();
  for (const build of builders) {
    const command = build(exit).copyInheritedSettings(root);
    root.addCommand(command.showHelpAfterError(`(see \`interserve help ${command.name()}\`)`));
  }
  return root;
}
