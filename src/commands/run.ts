import { constants } from "node:os";
import { say } from "../cli/failures.ts";
import { colorsFor, isInteractive } from "../cli/terminal.ts";
import { overview, relaxing } from "../overview.ts";
import { type JobOptions, missingEngines, prepare, tasksWithoutText } from "../prepare.ts";
import { printable, quoted } from "../printable.ts";
import { ProblemsError, UsageError } from "../problem.ts";
import { jsonReporter } from "../report/json.ts";
import { overviewText } from "../report/overview-text.ts";
import { plainReporter } from "../report/plain.ts";
import type { Reporter } from "../report/reporter.ts";
import { type Run, startRun } from "../run.ts";
import { Answers } from "./answers.ts";

export interface RunFlags extends JobOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
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
      `warning: task ${printable(quoted(id))} has no section in a plan and no prompt; its title is all it gets\n`,
    );
  }
  const reporter = await reporterFor(flags);
  const answers = new Answers();
  const started = await startRun(job, {
    onEvent: reporter.event,
    approve: (next) => approve(next, answers, reporter),
  });
  return endOnSignals(started, answers);
}

async function reporterFor(flags: RunFlags): Promise<Reporter> {
  if (flags.json) return jsonReporter(process.stdout);
  const colors = colorsFor(process.stdout);
  if (!isInteractive(process.stdout)) return plainReporter(process.stdout, colors);
  const { liveReporter } = await import("../report/live.ts");
  return liveReporter(process.stdout, colors);
}

/** On a pipe too: a line that begins with y, or is empty, is a yes; anything else, and the end of input, a no. */
async function approve(next: readonly string[], answers: Answers, reporter: Reporter): Promise<boolean> {
  reporter.pause?.();
  const tasks = next.length === 1 ? "1 task" : `${next.length} tasks`;
  const answer = await answers.ask(`Start the next batch (${tasks})? [Y/n] `);
  reporter.resume?.();
  return answer !== undefined && /^\s*(y|$)/i.test(answer);
}

/** The first signal ends the run in order, a second one shortens the grace. */
async function endOnSignals(run: Run, answers: Answers): Promise<number> {
  let signalled: NodeJS.Signals | undefined;
  const end = (signal: NodeJS.Signals) => {
    if (signalled) run.hasten();
    else run.cancel(`ended by ${signal}`, 128 + constants.signals[signal]);
    signalled ??= signal;
    answers.close();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, end);
  try {
    return (await run.finished).exitCode;
  } finally {
    answers.close();
    for (const signal of signals) process.off(signal, end);
  }
}
