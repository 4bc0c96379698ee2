import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { resumeCommand } from "../../history/next-step.ts";
import { endRun } from "../../process/tree.ts";
import type { RunHandle } from "../../run/handle.ts";
import { oneLine } from "../../text/one-line.ts";
import { printable } from "../../text/printable.ts";
import { replacePrivateFile } from "../../text/private-files.ts";
import { printError } from "../exit-status.ts";

/** How long a run may take to end in order, in milliseconds. */
const patienceMs = 5000;
/** The exit status for a bug in interserve. */
const bugStatus = 70;

let runUnderWay: RunHandle | undefined;
let isEnding = false;

/** Names the run whose tasks an unhandled error must not leave running. Returns a function that forgets it. */
export function endOnCrash(run: RunHandle): () => void {
  runUnderWay = run;
  return () => {
    runUnderWay = undefined;
  };
}

/** Ends the program in order on an error that nothing handles: the tasks of its run, too. */
export function catchCrashes(): void {
  const crash = (error: unknown) => {
    if (isEnding) return;
    isEnding = true;
    void endProgram(error).finally(() => process.exit(bugStatus));
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
}

async function endProgram(error: unknown): Promise<void> {
  const run = runUnderWay;
  if (!run) return printError(error);
  run.killNow();
  run.cancel("interserve crashed", bugStatus);
  await Promise.race([run.finished.catch(() => {}), wait(patienceMs)]);
  // The machines may be what has crashed.
  await endRun(run.run, () => 0);
  const report = join(run.directory, "crash.txt");
  const { stack, message } = error instanceof Error ? error : new Error(String(error));
  const isWritten = await replacePrivateFile(report, `${stack}\n`).then(
    () => true,
    () => false,
  );
  if (!isWritten) await printError(error);
  process.stderr.write(
    `error: interserve crashed: ${printable(oneLine(message))}\n  its tasks were stopped, and their work so far is recorded in ${printable(run.directory)}\n  hint: continue with \`${resumeCommand({ run: run.run })}\`; this is a bug in interserve, please report it${isWritten ? ` with ${printable(report)}` : ""}\n`,
  );
}
