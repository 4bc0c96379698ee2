import {
  closeSync,
  constants,
  existsSync,
  type FSWatcher,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
} from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import * as v from "valibot";
import { isParked } from "../../schemas/outcome.ts";
import { makePrivateFolder, replacePrivateFile } from "../text/private-files.ts";
import { readRun } from "./past-run.ts";
import type { RunPaths } from "./run-directory.ts";

/**
 * An answer from another process to a question of a live run: a file in the run's folder of answers, which the process
 * that executes the run reads and removes.
 */
const answerSchema = v.object({ task: v.string(), attempt: v.number(), text: v.string() });
export type LeftAnswer = v.InferOutput<typeof answerSchema>;

/** What has become of an answer that was left; `refused` if its question is no longer open. */
export type AnswerState = "pending" | "taken" | "refused" | "runEnded";

const pollMs = 50;

/** Leaves an answer for the process that executes a run. Returns its file. Throws the error of the file system. */
export async function leaveAnswer(folder: string, answer: LeftAnswer): Promise<string> {
  await makePrivateFolder(folder);
  const file = join(folder, `${Date.now()}-${process.pid}.json`);
  await replacePrivateFile(file, JSON.stringify(answer));
  return file;
}

/** Leaves an answer and waits until it is clear what becomes of it. Throws ProblemsError for a damaged journal. */
export async function deliverAnswer(
  paths: RunPaths,
  answer: LeftAnswer,
): Promise<Exclude<AnswerState, "pending">> {
  const file = await leaveAnswer(paths.answers, answer);
  try {
    for (;;) {
      const state = await answerState(paths, answer.task, file);
      if (state !== "pending") return state;
      await wait(pollMs);
    }
  } finally {
    await rm(file, { force: true });
  }
}

/** The state of an answer in a file. */
async function answerState(paths: RunPaths, task: string, file: string): Promise<AnswerState> {
  const { pid, history } = await readRun(paths);
  // Looked for only now: while the file is there, the answer is not in the journal that was read.
  if (!existsSync(file)) return "taken";
  if (pid === undefined) return "runEnded";
  return isParked(history.task(task)?.status) ? "pending" : "refused";
}

/**
 * Calls back with each answer that is left in a folder, until it is closed, and removes those that are taken. If the
 * folder cannot be made or watched, there are no answers: the run does not fail for it.
 */
export function watchAnswers(
  folder: string,
  take: (answer: LeftAnswer) => boolean,
): { readonly close: () => void } {
  const read = () => {
    for (const name of namesIn(folder)) {
      const file = join(folder, name);
      const answer = answerIn(file);
      if (answer && take(answer)) remove(file);
    }
  };
  let watcher: FSWatcher | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    watcher = watch(folder, { persistent: false }, read);
    watcher.on("error", () => {});
    read();
  } catch {
    watcher?.close();
  }
  return { close: () => watcher?.close() };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort();
  } catch {
    return [];
  }
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // A file that stays does no harm: its question is no longer open.
  }
}

/** Reads a regular file, and never waits for whoever writes to a pipe in its place. Throws the file system's error. */
function textOf(file: string): string {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const opened = openSync(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  try {
    return fstatSync(opened).isFile() ? readFileSync(opened, "utf8") : "";
  } finally {
    closeSync(opened);
  }
}

/** Returns the answer in a file; undefined if there is none to read. */
function answerIn(file: string): LeftAnswer | undefined {
  try {
    const parsed = v.safeParse(answerSchema, JSON.parse(textOf(file)));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
