import { constants } from "node:os";
import { createInterface } from "node:readline/promises";
import { colorsFor, isInteractive } from "../cli/terminal.ts";
import type { Run, RunOptions } from "../live-run.ts";
import { jsonReporter } from "../report/json.ts";
import { plainReporter } from "../report/plain.ts";
import type { Reporter } from "../report/reporter.ts";

/** Starts a run, shows it to its end, and gives its exit status; signals end it in order. */
export async function follow(
  start: (options: RunOptions) => Promise<Run>,
  { json }: { readonly json?: boolean | undefined },
): Promise<number> {
  const reporter = await reporterFor(json ?? false);
  const run = await start({ onEvent: reporter.event, approve: (next) => approve(next, reporter) });
  return endOnSignals(run);
}

async function reporterFor(json: boolean): Promise<Reporter> {
  if (json) return jsonReporter(process.stdout);
  const colors = colorsFor(process.stdout);
  if (!isInteractive(process.stdout)) return plainReporter(process.stdout, colors);
  const { liveReporter } = await import("../report/live.ts");
  return liveReporter(process.stdout, colors);
}

/** Asks on the terminal, and on a pipe too: a line that begins with y, or is empty, is a yes; the end of input a no. */
async function approve(next: readonly string[], reporter: Reporter): Promise<boolean> {
  reporter.pause?.();
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("no")));
  const asked = lines.question(`Start the next batch (${next.length} tasks)? [Y/n] `);
  const answer = await Promise.race([asked, closed]);
  lines.close();
  reporter.resume?.();
  return /^\s*(y|$)/i.test(answer);
}

/** The first signal ends the run in order, a second one shortens the grace. */
async function endOnSignals(run: Run): Promise<number> {
  let signalled: NodeJS.Signals | undefined;
  const end = (signal: NodeJS.Signals) => {
    if (signalled) run.hasten();
    else run.cancel(`ended by ${signal}`, 128 + constants.signals[signal]);
    signalled ??= signal;
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, end);
  try {
    return (await run.finished).exitCode;
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}
