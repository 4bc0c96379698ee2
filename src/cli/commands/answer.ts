import { existsSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { RunEvent } from "../../../schemas/event.ts";
import { type LeftAnswer, leaveAnswer } from "../../journal/answers.ts";
import { Journal } from "../../journal/journal.ts";
import { lockRun, openRun, parkedTask, readRun } from "../../journal/past-run.ts";
import type { RunPaths } from "../../journal/run-directory.ts";
import { UsageError } from "../../problem.ts";
import { jsonText } from "../../text/printable.ts";
import { goOn, withLock } from "./resume.ts";

export interface AnswerFlags {
  readonly projectDir?: string;
  readonly json?: boolean;
}

const pollMs = 50;

/**
 * `interserve answer`: gives a parked task its answer. A run that is on takes it and goes on; one that has ended is
 * resumed, with its other questions as they are.
 */
export async function answer(name: string, task: string, text: string, flags: AnswerFlags): Promise<number> {
  if (text.trim() === "")
    throw new UsageError("expected an answer, found nothing", 'write it in quotes: "use port 8080"');
  const projectDir = resolve(flags.projectDir ?? ".");
  const past = await openRun(projectDir, name);
  const { directory, pid } = past;
  const { run } = directory;
  const { attempt } = parkedTask(past, task);
  if (pid !== undefined && (await isTaken(directory, { task, attempt, text }))) {
    const said = `the run in process ${pid} has taken the answer`;
    process.stdout.write(flags.json ? jsonText({ run, task, taken_by: pid }, 0) : `${said}\n`);
    return 0;
  }
  const lock = await lockRun(directory);
  return withLock(lock, async () => {
    const before = await readRun(directory);
    parkedTask(before, task);
    const journal = await Journal.open(directory.journal, before.length);
    const event: RunEvent = {
      event: "task.answered",
      at: new Date().toISOString(),
      run,
      task,
      attempt,
      text,
    };
    await journal.append(event).finally(() => journal.close());
    return goOn(await readRun(directory), lock, { ...flags, projectDir }, { keepsParked: true });
  });
}

/** Leaves an answer for the process that runs the run, and waits: false where that has ended without taking it. */
async function isTaken(paths: RunPaths, answer: LeftAnswer): Promise<boolean> {
  const file = await leaveAnswer(paths.answers, answer);
  try {
    while (existsSync(file)) {
      try {
        const past = await readRun(paths);
        if (past.pid === undefined) return !existsSync(file);
        // Throws if the question is no longer open: nobody will take the answer, or somebody just has.
        parkedTask(past, answer.task);
      } catch (error) {
        if (existsSync(file)) throw error;
      }
      await wait(pollMs);
    }
    return true;
  } finally {
    rmSync(file, { force: true });
  }
}
