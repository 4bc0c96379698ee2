import type { RunEvent } from "../../schemas/event.ts";
import { tokensOf } from "../../schemas/usage.ts";
import { nextStepLines, shortest } from "../history/next-step.ts";
import type { RunState } from "../history/run-state.ts";
import { countsText, duration, usageText } from "../text/measures.ts";
import { printable } from "../text/printable.ts";
import { name, statusWord } from "./lines.ts";
import type { Colors } from "./reporter.ts";

type Settled = Extract<RunEvent, { event: "task.settled" }>;
type Finished = Extract<RunEvent, { event: "run.finished" }>;

/** Gathers what a run's end has to say: every task that did not pass, why, and where its artifacts lie. */
export class Summary {
  /** By task: one that was answered settles twice. */
  private readonly settled = new Map<string, Settled>();
  /** Of each task whose agents report tokens: those of all its attempts. */
  private readonly tokens = new Map<string, number>();

  constructor(
    /** The run that it is of; it knows of an event before this does. */
    private readonly view: RunState,
  ) {}

  event(event: RunEvent): void {
    if (event.event === "task.settled") this.settled.set(event.task, event);
    if (event.event === "task.attempted") this.count(event.task, tokensOf(event.outcome.usage ?? {}));
  }

  text(finished: Finished, colors: Colors): string {
    const { tasks, directory } = this.view;
    const lines = [...this.settled.values()]
      .filter(({ status }) => status !== "pass")
      .flatMap(({ status, task, reason, artifacts }) => [
        `  ${statusWord(status, colors)} ${name(task, tasks.get(task)?.title, colors)}`,
        ...(reason ? [`            ${printable(reason)}`] : []),
        ...(artifacts ? [`            ${colors.dim(shortest(artifacts))}`] : []),
      ]);
    const head = `${countsText(finished.counts) || "nothing ran"} of ${tasks.size} in ${duration(finished.duration_s)}`;
    return [
      "",
      ...lines,
      colors.bold(head),
      `artifacts: ${colors.dim(shortest(directory))}`,
      ...usageLines(finished, this.tokens),
      ...nextStepLines(this.view, [...tasks.values()]),
      "",
    ].join("\n");
  }

  private count(task: string, tokens: number | undefined): void {
    if (tokens !== undefined) this.tokens.set(task, (this.tokens.get(task) ?? 0) + tokens);
  }
}

/** What agents have used, where there were any. */
function usageLines(finished: Finished, byTask: ReadonlyMap<string, number>): string[] {
  const used = usageText(finished);
  if (used === undefined) return [];
  const tasks = [...byTask].map(([task, tokens]) => `${printable(task)} ${tokens}`).join(", ");
  return [`used: ${used}`, ...(tasks ? [`tokens by task: ${tasks}`] : [])];
}
