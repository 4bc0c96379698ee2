import { resolve } from "node:path";
import { answerCommand } from "../../history/next-step.ts";
import { inspectRun, pageAssets } from "../../inspect/serve-run.ts";
import type { Inspector } from "../../inspect/server.ts";
import { startXStateInspector, type XStateInspector } from "../../inspect/xstate/inspector.ts";
import { leaveAnswer } from "../../journal/answers.ts";
import { findRun, parkedTask, readRun } from "../../journal/past-run.ts";
import { type RunPaths, runPaths } from "../../journal/run-directory.ts";
import type { RunHandle } from "../../run/handle.ts";
import { isInteractive } from "../../terminal/colors.ts";
import { jsonText } from "../../text/printable.ts";
import { say } from "../exit-status.ts";
import type { Aside } from "../session/attended-run.ts";

export interface InspectFlags {
  readonly projectDir?: string;
  readonly port?: number;
  readonly open: boolean;
  readonly json?: boolean;
}

/** `interserve inspect`: serves the page of a run, live or ended, until it is interrupted. */
export async function inspect(name: string | undefined, flags: InspectFlags): Promise<number> {
  const projectDir = resolve(flags.projectDir ?? ".");
  const run = await findRun(projectDir, name);
  const inspector = await pageOf(run, flags.port);
  const { url } = inspector;
  process.stdout.write(
    flags.json ? jsonText({ run: run.run, url, pid: process.pid }, 0) : `${run.run}: ${url}\n`,
  );
  if (flags.open) await openPage(url);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  await new Promise<void>((end) => {
    for (const signal of signals) process.once(signal, () => end());
  });
  await inspector.close();
  return 0;
}

/** Serves the page of a run that has just started, for as long; that it cannot be served does not touch the run. */
export async function servePage(
  run: RunPaths,
  {
    port,
    open,
    aside,
  }: { readonly port?: number | undefined; readonly open?: boolean | undefined; readonly aside: Aside },
): Promise<(() => Promise<void>) | undefined> {
  try {
    const inspector = await pageOf(run, port);
    aside(() => process.stderr.write(`inspect: ${inspector.url}\n`));
    if (open) await openPage(inspector.url);
    return inspector.close;
  } catch (error) {
    await say(error);
    return undefined;
  }
}

const pageOf = (run: RunPaths, port: number | undefined): Promise<Inspector> =>
  inspectRun(run, {
    ...(port === undefined ? {} : { port }),
    onAnswer: (task, text) => giveAnswer(run, task, text),
  });

/** Hands an answer to the process that runs the run. Throws, with what to do, where none does. */
async function giveAnswer(paths: RunPaths, task: string, text: string): Promise<void> {
  const past = await readRun(paths);
  if (past.pid === undefined) {
    const place = { run: paths.run, directory: paths.path };
    throw new Error(`The run has ended. Go on with it: ${answerCommand(place, task)}`);
  }
  const { attempt } = parkedTask(past, task);
  await leaveAnswer(past.directory.answers, { task, attempt, text });
}

/** A server for XState's own inspectors; where it is, is said. */
export async function inspectMachines(running: () => RunHandle | undefined): Promise<XStateInspector> {
  const inspector = await startXStateInspector(pageAssets, (event) => {
    const run = running();
    if (event.type === "run.cancel") run?.cancel(event.reason);
    // To a question that is open no longer there is no answer.
    else if (run) void giveAnswer(runPaths(run.directory), event.task, event.text).catch(() => {});
  });
  process.stderr.write(`xstate-inspect: ${inspector.url}\nstately inspect: ${inspector.stately}\n`);
  return inspector;
}

/** Opens a page in the person's browser, where there is a person; that none opens is no failure. */
export async function openPage(url: string): Promise<void> {
  if (!isInteractive(process.stdout)) return;
  const { default: open } = await import("open");
  const browser = await open(url).catch(() => undefined);
  browser?.on("error", () => {});
}
