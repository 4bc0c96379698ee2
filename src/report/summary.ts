import { relative } from "node:path";
import type { RunEvent } from "../../schemas/event.ts";
import { printable } from "../printable.ts";
import { name, statusWord, titlesOf } from "./lines.ts";
import { type Colors, countsText, duration, isStart } from "./reporter.ts";

type Settled = Extract<RunEvent, { event: "task.settled" }>;
type Finished = Extract<RunEvent, { event: "run.finished" }>;

/** Gathers what a run's end has to say: every task that did not pass, why, and where its artifacts lie. */
export class Summary {
  private readonly settled: Settled[] = [];
  private titles: ReadonlyMap<string, string> = new Map();
  private directory = "";

  event(event: RunEvent): void {
    if (event.event === "task.settled") this.settled.push(event);
    if (!isStart(event)) return;
    this.titles = titlesOf(event);
    this.directory = event.directory;
  }

  text(finished: Finished, colors: Colors): string {
    const lines = this.settled
      .filter(({ status }) => status !== "pass")
      .flatMap(({ status, task, reason, artifacts }) => [
        `  ${statusWord(status, colors)} ${name(task, this.titles, colors)}`,
        ...(reason ? [`            ${printable(reason)}`] : []),
        ...(artifacts ? [`            ${colors.dim(shortest(artifacts))}`] : []),
      ]);
    const total = this.titles.size;
    const head = `${countsText(finished.counts) || "nothing ran"} of ${total} in ${duration(finished.duration_s)}`;
    return ["", ...lines, colors.bold(head), `artifacts: ${colors.dim(shortest(this.directory))}`, ""].join(
      "\n",
    );
  }
}

/** A path as it is shortest to type from here. */
function shortest(path: string): string {
  const from = relative("", path);
  return from.startsWith("..") ? path : from;
}
