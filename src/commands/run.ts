import { constants } from "node:os";
import { createInterface } from "node:readline/promises";
import { say } from "../cli/failures.ts";
import { colorsFor, isInteractive } from "../cli/terminal.ts";
import type { Inspector } from "../inspect/server.ts";
import { overview, relaxing } from "../overview.ts";
import { type JobOptions, missingEngines, prepare, tasksWithoutText } from "../prepare.ts";
import { ProblemsError, UsageError } from "../problem.ts";
import { jsonReporter } from "../report/json.ts";
import { overviewText } from "../report/overview-text.ts";
import { plainReporter } from "../report/plain.ts";
import type { Reporter } from "../report/reporter.ts";
import { type Run, startRun } from "../run.ts";

export interface RunFlags extends JobOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly inspect?: boolean;
  readonly port?: number;
  readonly open?: boolean;
}

/** `interserve run`: everything is checked before anything starts. */
export async function run(path: string, flags: RunFlags): Promise<number> {
  const { job, problems } = await prepare(path, flags);
  if (problems.length > 0) await say(new ProblemsError(problems));
  if (flags.dryRun) {
    const facts = overview(job);
    const text = overviewText(facts, relaxing(job), colorsFor(process.stdout));
    process.stdout.write(flags.json ? `${JSON.stringify(facts, null, 2)}\n` : text);
    return 0;
  }
  const missing = await missingEngines(job);
  if (missing.length > 0) throw new UsageError(missing.join("\n"));
  for (const id of tasksWithoutText(job)) {
    process.stderr.write(
      `warning: task "${id}" has no section in a plan and no prompt; its title is all it gets\n`,
    );
  }
  const reporter = await reporterFor(flags);
  const started = await startRun(job, {
    onEvent: reporter.event,
    approve: (next) => approve(next, reporter),
  });
  const inspector = flags.inspect ? await inspectStarted(job.projectDir, started, flags) : undefined;
  try {
    return await endOnSignals(started);
  } finally {
    await inspector?.close();
  }
}

/** Serves the run's page while it runs; that it cannot be served does not touch the run. */
async function inspectStarted(
  projectDir: string,
  { run }: Run,
  flags: RunFlags,
): Promise<Inspector | undefined> {
  const { inspectRun } = await import("../inspect-run.ts");
  const { findRun } = await import("../journal/find-run.ts");
  try {
    const inspector = await inspectRun(
      await findRun(projectDir, run),
      flags.port === undefined ? {} : { port: flags.port },
    );
    process.stderr.write(`inspect: ${inspector.url}\n`);
    const { openPage } = await import("./inspect.ts");
    if (flags.open) await openPage(inspector.url);
    return inspector;
  } catch (error) {
    await say(error);
    return undefined;
  }
}

async function reporterFor(flags: RunFlags): Promise<Reporter> {
  if (flags.json) return jsonReporter(process.stdout);
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
