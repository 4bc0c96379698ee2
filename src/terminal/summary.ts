import type { RunEvent } from "../../schemas/event.ts";
import { tokensOf } from "../../schemas/usage.ts";
import { nextStepLines, placeOf, shortest } from "../history/next-step.ts";
import { outcomeOf, type RunState } from "../history/run-state.ts";
import { endedText } from "../text/ended-text.ts";
import { duration, progressText, usageText } from "../text/measures.ts";
import { printable } from "../text/printable.ts";
import { statusWord, taskName } from "./lines.ts";
import type { Colors } from "./reporter.ts";

type Settled = Extract<RunEvent, { event: "task.settled" }>;
type Finished = Extract<RunEvent, { event: "run.finished" }>;

/** Gathers what is printed at the end of a run: each task that did not pass, with its reason and its artifacts. */
export class Summary {
  /** By task, since a task that is answered settles again. */
  private readonly settled = new Map<string, Settled>();
  /** By task, the tokens of all its attempts, as far as they are reported. */
  private readonly tokens = new Map<string, number>();

  constructor(
    /** The state of the run. It applies each event before the summary does. */
    private readonly run: RunState,
  ) {}

  event(event: RunEvent): void {
    if (event.event === "task.settled") this.settled.set(event.task, event);
    if (event.event === "task.attempted") this.count(event.task, tokensOf(event.outcome.usage ?? {}));
  }

  text(finished: Finished, colors: Colors): string {
    const { tasks, directory } = this.run;
    const lines = [...this.settled.values()]
      .map((event) => ({ ...event, ended: this.endedProcesses(event.task) }))
      .filter(({ status, ended }) => status !== "pass" || ended.length > 0)
      .flatMap(({ status, task, reason, artifacts, ended }) => [
        `  ${statusWord(status, colors)} ${taskName(task, tasks.get(task)?.title, colors)}`,
        ...(reason ? [`            ${printable(reason)}`] : []),
        ...(ended.length > 0 ? [`            ${printable(endedText(ended))}`] : []),
        ...(artifacts ? [`            ${colors.dim(shortest(artifacts))}`] : []),
      ]);
    const head = `${progressText(finished.counts, tasks.size)} in ${duration(finished.duration_s)}`;
    return [
      "",
      ...lines,
      colors.bold(head),
      `artifacts: ${colors.dim(shortest(directory))}`,
      ...usageLines(finished, this.tokens),
      ...nextStepLines(placeOf(this.run, directory), [...tasks.values()]),
      "",
    ].join("\n");
  }

  private endedProcesses(id: string): readonly string[] {
    const task = this.run.tasks.get(id);
    return (task && outcomeOf(task)?.ended_processes) ?? [];
  }

  private count(task: string, tokens: number | undefined): void {
    if (tokens !== undefined) this.tokens.set(task, (this.tokens.get(task) ?? 0) + tokens);
  }
}

/** The tokens and cost of agents; no lines if there were none. */
function usageLines(finished: Finished, byTask: ReadonlyMap<string, number>): string[] {
  const used = usageText(finished);
  if (used === undefined) return [];
  const tasks = [...byTask].map(([task, tokens]) => `${printable(task)} ${tokens}`).join(", ");
  return [`used: ${used}`, ...(tasks ? [`tokens by task: ${tasks}`] : [])];
}
