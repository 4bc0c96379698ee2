import { Command, InvalidArgumentError, Option } from "commander";
import { engineNames, modes } from "../../schemas/manifest.ts";
import type { CheckFlags } from "../commands/check.ts";
import type { InspectFlags } from "../commands/inspect.ts";
import type { RunFlags } from "../commands/run.ts";
import type { ShowFlags } from "../commands/show.ts";
import { version } from "../version.ts";

const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 1000.");
  }
  return value;
};

const port = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 65535.");
  }
  return value;
};

const planOption = () =>
  new Option("--plan <file>", "the markdown plan (default: the one beside the manifest)");
const projectOption = () =>
  new Option("--project-dir <dir>", "where the agents work, and where .interserve is kept (default: here)");
const modeOption = () => new Option("--mode <mode>", "in place of the manifest's mode").choices(modes);
const engineOption = () =>
  new Option("--engine <name>", "what carries out tasks that name no engine and no command").choices(
    engineNames,
  );
const parallelOption = () =>
  new Option("--max-parallel <n>", "in place of the manifest's max_parallel").argParser(positive);
const portOption = () =>
  new Option("--port <n>", "the page's port on 127.0.0.1 (default: one that is free)").argParser(port);
const noOpenOption = () => new Option("--no-open", "print the page's address and open no browser");
const jsonOption = (what: string) => new Option("--json", what);

/** The commands, their flags and their help. Each loads its code when it is called. */
export function program(exit: (status: number) => void): Command {
  const root = new Command("interserve")
    .description(
      "Run an implementation plan's tasks on coding agents, each as early as its dependencies allow.",
    )
    .version(version)
    .showHelpAfterError("(interserve help <command> shows what it takes)")
    .exitOverride();

  root
    .command("run")
    .summary("run a manifest, or a plan without one")
    .description("Run a manifest. A plan is run with the manifest beside it, and without one all-parallel.")
    .argument("<manifest|plan>", "plan.exec.yaml, or plan.md")
    .addOption(planOption())
    .addOption(projectOption())
    .addOption(modeOption())
    .addOption(engineOption())
    .addOption(parallelOption())
    .option("--step", "manual-batching: ask before each batch but the first")
    .option("--dry-run", "say what would run; start nothing and write nothing")
    .option("--inspect", "serve a page that shows the run while it runs")
    .addOption(portOption())
    .addOption(noOpenOption())
    .addOption(jsonOption("one event a line, as JSON"))
    .addHelpText(
      "after",
      `
Examples:
  $ interserve run docs/plan.exec.yaml
  $ interserve run docs/plan.md --engine codex --max-parallel 3
  $ interserve run docs/plan.exec.yaml --mode manual-batching --step
  $ interserve run docs/plan.exec.yaml --dry-run

Exit status: 0 all passed or warned; 1 a task failed, was skipped or is parked;
2 usage or an invalid manifest (nothing was started); 130 and 143 after SIGINT and SIGTERM.`,
    )
    .action(async (path: string, flags: RunFlags) => {
      const { run } = await import("../commands/run.ts");
      exit(await run(path, flags));
    });

  root
    .command("check")
    .summary("say everything that is wrong with manifests")
    .description("Check manifests: every problem at once, with its place and what to do about it.")
    .argument("<manifest...>", "plan.exec.yaml")
    .addOption(jsonOption("{valid, problems}, as JSON"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ interserve check docs/plan.exec.yaml\n  $ interserve check docs/*.exec.yaml --json",
    )
    .action(async (paths: string[], flags: CheckFlags) => {
      const { check } = await import("../commands/check.ts");
      exit(await check(paths, flags));
    });

  root
    .command("show")
    .summary("show the order in which a manifest's tasks may run")
    .description("Show waves, the longest chain, file conflicts, and what relaxed barriers would save.")
    .argument("<manifest|plan>", "plan.exec.yaml, or plan.md")
    .addOption(planOption())
    .addOption(projectOption())
    .addOption(modeOption())
    .addOption(engineOption())
    .addOption(parallelOption())
    .addOption(jsonOption("the same, as JSON").conflicts(["mermaid", "dot"]))
    .addOption(new Option("--mermaid", "the graph as a Mermaid flowchart").conflicts("dot"))
    .option("--dot", "the graph for Graphviz")
    .addHelpText(
      "after",
      "\nExamples:\n  $ interserve show docs/plan.exec.yaml\n  $ interserve show docs/plan.exec.yaml --dot | dot -Tsvg -o plan.svg",
    )
    .action(async (path: string, flags: ShowFlags) => {
      const { show } = await import("../commands/show.ts");
      exit(await show(path, flags));
    });

  root
    .command("inspect")
    .summary("show a run in the browser, live or ended")
    .description("Serve a page that shows a run: its graph, timeline, outputs and statecharts, step by step.")
    .argument("[run]", "its name (default: the latest)")
    .addOption(projectOption())
    .addOption(portOption())
    .addOption(noOpenOption())
    .addHelpText(
      "after",
      "\nExamples:\n  $ interserve inspect\n  $ interserve inspect 20250102-030405-a1b2 --no-open --port 4711",
    )
    .action(async (run: string | undefined, flags: InspectFlags) => {
      const { inspect } = await import("../commands/inspect.ts");
      exit(await inspect(run, flags));
    });

  for (const command of root.commands) command.exitOverride();
  return root;
}
