import { relative } from "node:path";
import type { RunEvent } from "../../schemas/event.ts";
import { tokensOf } from "../../schemas/usage.ts";
import { printable } from "../printable.ts";
import { name, statusWord, titlesOf } from "./lines.ts";
import { nextStepLines } from "./next-step.ts";
import { type Colors, countsText, duration, isStart, usageText } from "./reporter.ts";

type Settled = Extract<RunEvent, { event: "task.settled" }>;
type Finished = Extract<RunEvent, { event: "run.finished" }>;

/** Gathers what a run's end has to say: every task that did not pass, why, and where its artifacts lie. */
export class Summary {
  /** By task: one that was answered settles twice. */
  private readonly settled = new Map<string, Settled>();
  /** Of each task whose agents report tokens: those of all its attempts. */
  private readonly tokens = new Map<string, number>();
  private titles: ReadonlyMap<string, string> = new Map();
  private directory = "";

  event(event: RunEvent): void {
    if (event.event === "task.settled") this.settled.set(event.task, event);
    if (event.event === "task.attempted") this.count(event.task, tokensOf(event.outcome.usage ?? {}));
    if (!isStart(event)) return;
    this.titles = titlesOf(event);
    this.directory = event.directory;
  }

  text(finished: Finished, colors: Colors): string {
    const lines = [...this.settled.values()]
      .filter(({ status }) => status !== "pass")
      .flatMap(({ status, task, reason, artifacts }) => [
        `  ${statusWord(status, colors)} ${name(task, this.titles, colors)}`,
        ...(reason ? [`            ${printable(reason)}`] : []),
        ...(artifacts ? [`            ${colors.dim(shortest(artifacts))}`] : []),
      ]);
    const total = this.titles.size;
    const head = `${countsText(finished.counts) || "nothing ran"} of ${total} in ${duration(finished.duration_s)}`;
    const artifacts = `artifacts: ${colors.dim(shortest(this.directory))}`;
    return [
      "",
      ...lines,
      colors.bold(head),
      artifacts,
      ...usageLines(finished, this.tokens),
      ...this.whatToDo(finished),
      "",
    ].join("\n");
  }

  private count(task: string, tokens: number | undefined): void {
    if (tokens !== undefined) this.tokens.set(task, (this.tokens.get(task) ?? 0) + tokens);
  }

  private whatToDo({ run }: Finished): string[] {
    const tasks = [...this.titles.keys()].map((id) => ({ id, status: this.settled.get(id)?.status }));
    return nextStepLines(run, tasks);
  }
}

/** What agents have used, where there were any. */
function usageLines(finished: Finished, byTask: ReadonlyMap<string, number>): string[] {
  const used = usageText(finished);
  if (used === undefined) return [];
  const tasks = [...byTask].map(([task, tokens]) => `${printable(task)} ${tokens}`).join(", ");
  return [`used: ${used}`, ...(tasks ? [`tokens by task: ${tasks}`] : [])];
}

/** A path as it is shortest to type from here. */
function shortest(path: string): string {
  const from = relative("", path);
  return printable(from.startsWith("..") ? path : from);
}
