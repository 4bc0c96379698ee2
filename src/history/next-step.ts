import { relative, resolve } from "node:path";
import { isDone, isParked } from "../../schemas/outcome.ts";
import { printable, shellWord } from "../text/printable.ts";

/** A run, and the directory that holds its artifacts; without that, for a reader who is in its project. */
export interface Place {
  readonly run: string;
  readonly directory?: string;
}

/** What a person can do about a run, and the command line that does it. */
export interface NextStep {
  readonly what: "answer" | "continue";
  readonly command: string;
}

/** What there is to do about a run that has ended: nothing where it is all done. */
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

/** The command that answers a parked task's question, as it can be typed where this process was started. */
export function answerCommand(place: Place, task: string): string {
  const { before, after } = aroundTask(place);
  return `${before}${shellWord(task)}${after}`;
}

/** What of that command stands before and after the task, for a page that is told of the run once. */
export const aroundTask = (place: Place): { readonly before: string; readonly after: string } => ({
  before: `interserve answer ${place.run} `,
  after: ` "…"${projectFlag(place)}`,
});

/** The command that goes on with a run. */
export const resumeCommand = (place: Place): string => `interserve resume ${place.run}${projectFlag(place)}`;

/** A path as it is shortest to type from here. */
export function shortest(path: string): string {
  const from = relative("", path);
  return printable(from.startsWith("..") ? path : from);
}

/** Runs are looked for in the directory in which a command is started. */
function projectFlag({ directory }: Place): string {
  if (directory === undefined) return "";
  // <project>/.interserve/runs/<run>
  const project = resolve(directory, "../../..");
  return relative("", project) === "" ? "" : ` --project-dir ${shellWord(shortest(project))}`;
}
