import { relative } from "node:path";
import type { RunEvent } from "../../schemas/event.ts";
import { isParked } from "../../schemas/outcome.ts";
import { tokensOf } from "../../schemas/usage.ts";
import { printable } from "../printable.ts";
import { name, statusWord, titlesOf } from "./lines.ts";
import { type Colors, countsText, duration, isStart } from "./reporter.ts";

type Settled = Extract<RunEvent, { event: "task.settled" }>;
type Finished = Extract<RunEvent, { event: "run.finished" }>;

/** Gathers what a run's end has to say: every task that did not pass, why, and where its artifacts lie. */
export class Summary {
  /** By task: one that was answered settles twice. */
  private readonly settled = new Map<string, Settled>();
  private titles: ReadonlyMap<string, string> = new Map();
  private directory = "";

  event(event: RunEvent): void {
    if (event.event === "task.settled") this.settled.set(event.task, event);
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
      ...usageLines(finished),
      ...this.whatToDo(finished),
      "",
    ].join("\n");
  }

  private whatToDo({ run, counts }: Finished): string[] {
    const parked = [...this.settled.values()].find(({ status }) => isParked(status));
    if (parked) return [`answer: interserve answer ${run} ${printable(parked.task)} "…"`];
    const done = (counts.pass ?? 0) + (counts.warn ?? 0);
    return done === this.titles.size ? [] : [`go on: interserve resume ${run}`];
  }
}

/** What agents have used, where there were any: what is not known is said to be, and is no zero. */
function usageLines({ usage, agent_attempts, attempts_with_cost }: Finished): string[] {
  if (agent_attempts === 0) return [];
  const tokens = tokensOf(usage);
  const figures = [
    tokens === undefined ? "tokens unknown" : `${tokens} tokens (${usage.output_tokens ?? 0} of them out)`,
    usage.cost_usd === undefined ? "cost unknown" : `$${usage.cost_usd.toFixed(2)}`,
  ];
  const silent = agent_attempts - attempts_with_cost;
  const partly =
    usage.cost_usd !== undefined && silent > 0 ? ` and more: ${silent} attempts did not say` : "";
  return [`used: ${figures.join(", ")}${partly}`];
}

/** A path as it is shortest to type from here. */
function shortest(path: string): string {
  const from = relative("", path);
  return printable(from.startsWith("..") ? path : from);
}
