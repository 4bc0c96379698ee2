import { Command, InvalidArgumentError, Option } from "commander";
import { engineNames } from "../../schemas/engines.ts";
import { modes, tiers } from "../../schemas/manifest.ts";
import { reportFormats } from "../../schemas/run-report.ts";
import { nearest } from "../text/nearest.ts";
import { version } from "../version.ts";
import type { AnswerFlags } from "./commands/answer.ts";
import type { CheckFlags } from "./commands/check.ts";
import type { CleanFlags } from "./commands/clean.ts";
import type { DoctorFlags } from "./commands/doctor.ts";
import type { InspectFlags } from "./commands/inspect.ts";
import type { PlanFlags } from "./commands/plan.ts";
import type { ReportFlags } from "./commands/report.ts";
import type { ResumeFlags } from "./commands/resume.ts";
import type { RunFlags } from "./commands/run.ts";
import type { RunsFlags } from "./commands/runs.ts";
import type { ShowFlags } from "./commands/show.ts";
import type { StatusFlags } from "./commands/status.ts";

const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 1000.");
  }
  return value;
};

const count = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 0) {
    throw new InvalidArgumentError("It must be a whole number from 0.");
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

const positiveNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("It must be a number above 0.");
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
const tokensOption = () =>
  new Option("--max-tokens <n>", "start nothing more once agents have used so many").argParser(
    positiveNumber,
  );
const costOption = () =>
  new Option("--max-cost <usd>", "start nothing more once agents have cost so much").argParser(
    positiveNumber,
  );
/** What decides on a job, beside its manifest. */
const jobOptions = (command: Command): Command =>
  command
    .addOption(projectOption())
    .addOption(modeOption())
    .addOption(engineOption())
    .addOption(parallelOption());
/** The same, and what decides on a run of it. */
const runOptions = (command: Command): Command =>
  jobOptions(command)
    .option("--step", "manual-batching: ask before each batch but the first")
    .option("--allow-push", "let agents push (default: a push is refused)")
    .addOption(tokensOption())
    .addOption(costOption());
const portOption = () =>
  new Option("--port <n>", "the page's port on 127.0.0.1 (default: one that is free)").argParser(port);
const noOpenOption = () => new Option("--no-open", "print the page's address and open no browser");
const reportOption = () =>
  new Option("--report <file>", "at the end, write a report: .md, .xml (JUnit) or .html; can be repeated")
    .argParser((file: string, before: string[] = []) => [...before, file])
    .conflicts("dryRun");
/** How a run is shown while it runs, beside the terminal. */
const shownOptions = (command: Command): Command =>
  command
    .option("--inspect", "serve a page that shows the run while it runs")
    .option("--xstate-inspect", "show the machines' actors to XState's inspectors, for debugging")
    .addOption(portOption())
    .addOption(noOpenOption());
const jsonOption = (what: string) => new Option("--json", what);

/** The commands, their flags and their help. Each loads its code when it is called. */
export function program(exit: (status: number) => void): Command {
  const root = new Command("interserve")
    .description(
      "Run an implementation plan's tasks on coding agents, each as early as its dependencies allow.",
    )
    .version(version)
    .showHelpAfterError("(interserve help <command> shows what it takes)")
    .helpCommand(false)
    .addHelpText(
      "after",
      "\nExamples:\n  $ interserve check docs/plan.exec.yaml\n  $ interserve run docs/plan.exec.yaml\n  $ interserve help run",
    )
    .exitOverride();

  shownOptions(runOptions(root.command("run").addOption(planOption())))
    .summary("run a manifest, or a plan without one")
    .description("Run a manifest. A plan is run with the manifest beside it, and without one all-parallel.")
    .argument("[manifest|plan]", "plan.exec.yaml, or plan.md")
    .option("--resume <run>", "go on with an earlier run, as `interserve resume` does")
    .option("--dry-run", "say what would run; start nothing and write nothing")
    .addOption(reportOption())
    .addOption(jsonOption("one event a line, as JSON"))
    .addHelpText(
      "after",
      `
Examples:
  $ interserve run docs/plan.exec.yaml
  $ interserve run docs/plan.md --engine codex --max-parallel 3
  $ interserve run docs/plan.exec.yaml --mode manual-batching --step
  $ interserve run docs/plan.exec.yaml --report report.html --report junit.xml
  $ interserve run docs/plan.exec.yaml --dry-run

Exit status: 0 all passed or warned; 1 a task failed, was skipped or is parked;
2 usage or an invalid manifest (nothing was started); 130 and 143 after SIGINT and SIGTERM.`,
    )
    .action(async (path: string | undefined, flags: RunFlags) => {
      const { run } = await import("./commands/run.ts");
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
      const { check } = await import("./commands/check.ts");
      exit(await check(paths, flags));
    });

  jobOptions(root.command("show").addOption(planOption()))
    .summary("show the order in which a manifest's tasks may run")
    .description("Show waves, the longest chain, file conflicts, and what relaxed barriers would save.")
    .argument("<manifest|plan>", "plan.exec.yaml, or plan.md")
    .addOption(jsonOption("the same, as JSON").conflicts(["mermaid", "dot"]))
    .addOption(new Option("--mermaid", "the graph as a Mermaid flowchart").conflicts("dot"))
    .option("--dot", "the graph for Graphviz")
    .addHelpText(
      "after",
      "\nExamples:\n  $ interserve show docs/plan.exec.yaml\n  $ interserve show docs/plan.exec.yaml --dot | dot -Tsvg -o plan.svg",
    )
    .action(async (path: string, flags: ShowFlags) => {
      const { show } = await import("./commands/show.ts");
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
    .addOption(jsonOption("{run, url, pid} on one line once it is served, as JSON"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ interserve inspect\n  $ interserve inspect 20250102-030405-a1b2 --no-open --port 4711",
    )
    .action(async (run: string | undefined, flags: InspectFlags) => {
      const { inspect } = await import("./commands/inspect.ts");
      exit(await inspect(run, flags));
    });

  root
    .command("plan")
    .summary("write the manifest of a plan, and say why each task waits")
    .description(
      "Derive a manifest from a plan: tasks, files, dependencies with their evidence, stages. Reads markdown plans with a heading for each task, spec-kit and Kiro tasks.md, GSD NN-MM-PLAN.md and Task Master tasks.json.",
    )
    .argument("<plan>", "plan.md, or tasks.json")
    .option("-o, --output <file>", "the manifest (default: plan.exec.yaml beside the plan)")
    .addOption(new Option("--mode <mode>", "in place of the derived mode").choices(modes))
    .addOption(new Option("--tier <tier>", "for every task").choices(tiers))
    .option("--force", "overwrite a manifest that is there")
    .addOption(
      new Option(
        "--update",
        "take over what the plan has changed and keep what you edited; with --force its titles and files go over yours",
      ).conflicts(["mode", "tier"]),
    )
    .addOption(
      new Option(
        "--check",
        "write nothing; say what --update would do or leave to you; exit 1 where that is anything",
      ).conflicts(["force", "update"]),
    )
    .addOption(
      jsonOption(
        "{manifest, evidence, problems} and, with --check or --update, {drift}; writes a file only with -o, --force or --update",
      ),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ interserve plan docs/plan.md
  $ interserve plan docs/plan.md --update
  $ interserve plan docs/plan.md --check

Exit status: 0 written, or no drift; 1 drift; 2 usage, or a plan that cannot be read.`,
    )
    .action(async (path: string, flags: PlanFlags) => {
      const { plan } = await import("./commands/plan.ts");
      exit(await plan(path, flags));
    });

  shownOptions(runOptions(root.command("resume")))
    .summary("go on with a run that did not pass, or was killed")
    .description(
      "Go on with a run, the latest by default. What passed is not run again, unless it, or what it depends on, was changed since; what runs again is said before it starts.",
    )
    .argument("[run]", "a run's name; see `interserve runs`")
    .option("--dry-run", "say what would run again and why; start nothing and write nothing")
    .addOption(reportOption())
    .addOption(jsonOption("one event a line, as JSON"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ interserve resume\n  $ interserve resume 20260214-093012-4f1c --max-parallel 2",
    )
    .action(async (name: string | undefined, flags: ResumeFlags) => {
      const { resume } = await import("./commands/resume.ts");
      exit(await resume(name, flags));
    });

  root
    .command("answer")
    .summary("answer the question of a parked task")
    .description(
      "Give a parked task its answer. A run that is on goes on with it; one that has ended is resumed.",
    )
    .argument("<run>", "a run's name; see `interserve runs`")
    .argument("<task>", "the task's id")
    .argument("<text>", "the answer")
    .addOption(projectOption())
    .addOption(jsonOption("one event a line, as JSON"))
    .addHelpText("after", '\nExample:\n  $ interserve answer 20260214-093012-4f1c task-3 "use port 8080"')
    .action(async (name: string, task: string, text: string, flags: AnswerFlags) => {
      const { answer } = await import("./commands/answer.ts");
      exit(await answer(name, task, text, flags));
    });

  root
    .command("runs")
    .summary("list what ran here")
    .description("List the runs of a project: when, how long, what came of each, what is parked.")
    .addOption(projectOption())
    .addOption(jsonOption("the same, as JSON"))
    .addHelpText("after", "\nExample:\n  $ interserve runs")
    .action(async (flags: RunsFlags) => {
      const { runs } = await import("./commands/runs.ts");
      exit(await runs(flags));
    });

  root
    .command("status")
    .summary("show where a run stands")
    .description("Show where a run stands, the latest by default, task by task, while it runs or afterwards.")
    .argument("[run]", "a run's name; see `interserve runs`")
    .addOption(projectOption())
    .option("--watch", "follow it until it is over, as `run` shows it")
    .addOption(jsonOption("the same, as JSON; with --watch one event a line, from the run's start"))
    .addHelpText(
      "after",
      `
Examples:
  $ interserve status
  $ interserve status 20260214-093012-4f1c --json
  $ interserve status --watch

Exit status: 0. With --watch that of the run; 1 where it was killed; 130 after Ctrl-C, which ends only the watching.`,
    )
    .action(async (name: string | undefined, flags: StatusFlags) => {
      const { status } = await import("./commands/status.ts");
      exit(await status(name, flags));
    });

  root
    .command("report")
    .summary("tell others what a run came to: markdown, JUnit XML, annotations, one HTML file")
    .description(
      "Report on a run, the latest by default, while it runs or afterwards: as markdown for a pull request, JUnit XML, annotations of GitHub Actions, or the page of the run in one file that opens from disk.",
    )
    .argument("[run]", "a run's name; see `interserve runs`")
    .addOption(
      new Option("--format <format>", "default: what the output's name says, or else markdown").choices(
        reportFormats,
      ),
    )
    .option("-o, --output <file>", "default: standard output")
    .addOption(projectOption())
    .addOption(jsonOption("what reports tell, as JSON").conflicts(["format", "output"]))
    .addHelpText(
      "after",
      "\nExamples:\n  $ interserve report | gh pr comment --body-file -\n  $ interserve report -o report.html\n  $ interserve report 20260214-093012-4f1c --format junit -o junit.xml",
    )
    .action(async (name: string | undefined, flags: ReportFlags) => {
      const { report } = await import("./commands/report.ts");
      exit(await report(name, flags));
    });

  root
    .command("clean")
    .summary("remove old runs")
    .description("Remove all but the latest runs, and never one that is under way.")
    .addOption(projectOption())
    .addOption(new Option("--keep <n>", "how many of the latest stay (default: 10)").argParser(count))
    .option("--dry-run", "say what would be removed")
    .addOption(jsonOption("{removed, under_way}, as JSON"))
    .addHelpText("after", "\nExamples:\n  $ interserve clean\n  $ interserve clean --keep 0")
    .action(async (flags: CleanFlags) => {
      const { clean } = await import("./commands/clean.ts");
      exit(await clean(flags));
    });

  root
    .command("doctor")
    .summary("say what runs need and this machine lacks")
    .description(
      "Look at the engines, their versions and sign-in, git and sandbox. Starts no agent and spends nothing.",
    )
    .addOption(projectOption())
    .addOption(jsonOption("{ready, engine, checks}, as JSON"))
    .addHelpText(
      "after",
      "\nExample:\n  $ interserve doctor\n\nExit status: 0 the default engine can carry tasks out; 1 it cannot.",
    )
    .action(async (flags: DoctorFlags) => {
      const { doctor } = await import("./commands/doctor.ts");
      exit(await doctor(flags));
    });

  root
    .command("help")
    .summary("show what a command takes")
    .argument("[command]", "without it, all commands")
    .addHelpText("after", "\nExample:\n  $ interserve help run")
    .action((name?: string) => help(root, name));

  for (const command of root.commands) command.exitOverride();
  return root;
}

/** In place of commander's own, which shows all commands for one that it does not know. */
function help(root: Command, name: string | undefined): never {
  const command = name === undefined ? root : root.commands.find((one) => one.name() === name);
  if (command) return command.help();
  const near = nearest(
    name ?? "",
    root.commands.map((one) => one.name()),
  );
  return root.error(`error: unknown command '${name}'${near ? `\n(Did you mean ${near}?)` : ""}`);
}
