import { InvalidArgumentError } from "commander";
import { engineNames } from "../../schemas/engines.ts";
import { modes } from "../../schemas/manifest.ts";
import { choiceFlag, flag, parsedFlag, textFlag } from "./command.ts";

/** Returns a parser of whole numbers. It throws InvalidArgumentError if the text is not one from `least` to `most`. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };

function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Expected a number above 0.");
}

export const projectDir = textFlag("--project-dir <dir>", "the project, in which agents work (default: .)");
/** Decide whose runs are meant. */
export const recordFlags = {
  projectDir,
  project: textFlag(
    "--project <name>",
    "find the runs of a moved project by its folder's name in the state directory",
  ).conflicts("projectDir"),
};
export const plan = textFlag("--plan <file>", "markdown plan (default: the one next to the manifest)");
export const mode = choiceFlag("--mode <mode>", "override the manifest's mode", modes);
export const port = parsedFlag(
  "--port <n>",
  "port of the page on 127.0.0.1 (default: any free port)",
  wholeNumber(1, 65_535),
);
export const open = flag("--no-open", "print the page's address without opening a browser");
export const report = parsedFlag<readonly string[]>(
  "--report <file>",
  "write a report at the end: .md, .xml (JUnit) or .html; can be repeated",
  (file, before = []) => [...before, file],
).conflicts("dryRun");

export const jsonFlag = (help: string) => flag("--json", help);
/** For commands that show a run. */
export const json = jsonFlag("print events as JSON, one per line");

/** Decide, together with the manifest, what a job is. */
export const jobFlags = {
  projectDir,
  mode,
  engine: choiceFlag(
    "--engine <name>",
    "engine for tasks that have neither an engine nor a command",
    engineNames,
  ),
  maxParallel: parsedFlag("--max-parallel <n>", "override the manifest's max_parallel", wholeNumber(1, 1000)),
};

/** Decide how a job is run. */
export const runFlags = {
  ...jobFlags,
  step: flag("--step", "in manual-batching, ask before each batch except the first"),
  allowPush: flag("--allow-push", "let agents push (by default, a push is refused)"),
  allowDrift: flag(
    "--allow-drift",
    "start even if the plan has tasks that are not in the manifest (by default, nothing is started)",
  ),
  maxTokens: parsedFlag(
    "--max-tokens <n>",
    "start no more tasks once agents have used this many tokens",
    positiveNumber,
  ),
  maxCost: parsedFlag(
    "--max-cost <usd>",
    "start no more tasks once agents have cost this much",
    positiveNumber,
  ),
};

export const detach = flag(
  "--detach",
  "run in the background: print the run's name once it has begun, and return",
).conflicts(["dryRun", "step", "inspect", "xstateInspect"]);

export const beside = flag("--beside", "start even if another run may write the same files");

/** Decide which pages show a run while it runs. */
export const pageFlags = {
  inspect: flag("--inspect", "serve a page that shows the run while it runs"),
  xstateInspect: flag("--xstate-inspect", "show the state machines in XState's inspectors, for debugging"),
  port,
  open,
};
