import { relative, resolve } from "node:path";
import { isDone, isParked } from "../../schemas/outcome.ts";
import { printable, shellWord } from "../text/printable.ts";
import type { RunState } from "./run-state.ts";

/** A run and its project directory; without one, commands are for a reader in that directory. */
export interface Place {
  readonly run: string;
  readonly project?: string | undefined;
}

/**
 * Returns the project directory of a run with this directory, given what the run itself says. A run of 0.1.0 lies in its
 * project, which may have been moved since.
 */
export const projectOf = (directory: string, recorded: string | undefined): string | undefined =>
  /[/\\]\.interserve[/\\]runs[/\\][^/\\]+$/.test(directory) ? resolve(directory, "../../..") : recorded;

/** Returns the place of a run whose state, and directory as it lies now, are known. */
export const placeOf = (
  { run, started }: Pick<RunState, "run" | "started">,
  directory: string,
): Place & { readonly project: string | undefined } => ({
  run,
  project: projectOf(directory, started?.options.projectDir),
});

/** What a person can do next about a run, and the command that does it. */
export interface NextStep {
  readonly what: "answer" | "continue";
  readonly command: string;
}

/** Returns what a person can do about a run that has ended; undefined if every task is done. */
export function nextStep(
  place: Place,
  tasks: readonly { readonly id: string; readonly status?: string | undefined }[],
): NextStep | undefined {
  const parked = tasks.find(({ status }) => isParked(status));
  if (parked) return { what: "answer", command: answerCommand(place, parked.id) };
  return tasks.every(({ status }) => isDone(status))
    ? undefined
    : { what: "continue", command: resumeCommand(place) };
}

export const nextStepLines = (...of: Parameters<typeof nextStep>): string[] => {
  const step = nextStep(...of);
  return step ? [`${step.what}: ${step.command}`] : [];
};

/** Returns the command that answers a parked task's question, to be typed where this process was started. */
export function answerCommand(place: Place, task: string): string {
  const { before, after } = aroundTask(place);
  return `${before}${shellWord(task)}${after}`;
}

/** Returns the parts of that command before and after the task, for a page that fills in the task. */
export const aroundTask = (place: Place): { readonly before: string; readonly after: string } => ({
  before: `interserve answer ${place.run} `,
  after: ` "…"${projectFlag(place)}`,
});

/** Returns the command that resumes a run. */
export const resumeCommand = (place: Place): string => `interserve resume ${place.run}${projectFlag(place)}`;

/** Returns a path as it is shortest to type from the current directory. */
export function shortest(path: string): string {
  const from = relative("", path);
  return printable(from.startsWith("..") ? path : from);
}

/** Returns the flag that names a run's project; empty in its project directory, where commands look for runs. */
function projectFlag({ project }: Place): string {
  return project === undefined || relative("", project) === ""
    ? ""
    : ` --project-dir ${shellWord(shortest(project))}`;
}
