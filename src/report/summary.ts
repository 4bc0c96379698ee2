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

  private whatToDo({ run, counts }: Finished): string[] {
    const parked = [...this.settled.values()].find(({ status }) => isParked(status));
    if (parked) return [`answer: interserve answer ${run} ${printable(parked.task)} "…"`];
    const done = (counts.pass ?? 0) + (counts.warn ?? 0);
    return done === this.titles.size ? [] : [`go on: interserve resume ${run}`];
  }
}

/** What agents have used, where there were any: what is not known is said to be, and is no zero. */
function usageLines(
  { usage, agent_attempts, attempts_with_cost }: Finished,
  byTask: ReadonlyMap<string, number>,
): string[] {
  if (agent_attempts === 0) return [];
  const tokens = tokensOf(usage);
  const figures = [
    tokens === undefined ? "tokens unknown" : `${tokens} tokens (${usage.output_tokens ?? 0} of them out)`,
    usage.cost_usd === undefined ? "cost unknown" : `$${usage.cost_usd.toFixed(2)}`,
  ];
  const silent = agent_attempts - attempts_with_cost;
  const partly =
    usage.cost_usd !== undefined && silent > 0 ? ` and more: ${silent} attempts did not say` : "";
  const tasks = [...byTask].map(([task, tokens]) => `${printable(task)} ${tokens}`).join(", ");
  return [`used: ${figures.join(", ")}${partly}`, ...(tasks ? [`tokens by task: ${tasks}`] : [])];
}

/** A path as it is shortest to type from here. */
function shortest(path: string): string {
  const from = relative("", path);
  return printable(from.startsWith("..") ? path : from);
}
