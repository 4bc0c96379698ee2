import { type FSWatcher, mkdirSync, readdirSync, readFileSync, rmSync, watch } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";

/**
 * Answers that come from another process while a run is on: a file each in a folder of the run's, written whole, read
 * and removed by the process that runs it.
 */
const answerSchema = v.object({ task: v.string(), attempt: v.number(), text: v.string() });
export type LeftAnswer = v.InferOutput<typeof answerSchema>;

/** Leaves an answer for the process that runs the run; gives its file. Throws the error of the file system. */
export async function leaveAnswer(folder: string, answer: LeftAnswer): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${Date.now()}-${process.pid}.json`);
  await writeFileAtomic(file, JSON.stringify(answer));
  return file;
}

/**
 * Calls back with each answer that is left in a folder, until it is closed; one that is taken is removed. A folder
 * that cannot be made or watched is no answers: a run does not end over it.
 */
export function watchAnswers(
  folder: string,
  take: (answer: LeftAnswer) => boolean,
): { readonly close: () => void } {
  const read = () => {
    for (const name of namesIn(folder)) {
      const file = join(folder, name);
      const answer = answerIn(file);
      if (answer && take(answer)) removed(file);
    }
  };
  let watcher: FSWatcher | undefined;
  try {
    mkdirSync(folder, { recursive: true });
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

function removed(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Of no further effect: what it answers is no longer open.
  }
}

function answerIn(file: string): LeftAnswer | undefined {
  try {
    const parsed = v.safeParse(answerSchema, JSON.parse(readFileSync(file, "utf8")));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
