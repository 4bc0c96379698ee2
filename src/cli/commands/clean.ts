import { rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { takeLock } from "../../journal/lock.ts";
import { listRuns, type RunPaths } from "../../journal/run-directory.ts";
import { jsonText } from "../../text/printable.ts";

export interface CleanFlags {
  readonly projectDir?: string;
  readonly keep?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `interserve clean`: removes all but the latest runs, and never one that is under way. */
export async function clean(flags: CleanFlags): Promise<number> {
  const projectDir = resolve(flags.projectDir ?? ".");
  const all = await listRuns(projectDir);
  const old = all.slice(0, Math.max(0, all.length - (flags.keep ?? 10)));
  const removed: string[] = [];
  const kept: string[] = [];
  for (const run of old) (flags.dryRun || (await remove(run)) ? removed : kept).push(run.run);
  if (flags.json) process.stdout.write(jsonText({ removed, under_way: kept }));
  else process.stdout.write(text(removed, kept, all.length, flags.dryRun ?? false));
  return 0;
}

/** Removes a run; false where it is under way. */
async function remove({ run, path, lock: lockFile }: RunPaths): Promise<boolean> {
  const lock = await takeLock(lockFile);
  if ("heldBy" in lock) return false;
  // Out of sight at once: what is half removed is no run.
  const trash = join(dirname(path), `.removed-${run}`);
  await rename(path, trash);
  await rm(trash, { recursive: true, force: true });
  return true;
}

function text(removed: readonly string[], kept: readonly string[], all: number, isDryRun: boolean): string {
  const verb = isDryRun ? "would remove" : "removed";
  return [
    ...removed.map((name) => `${verb} ${name}`),
    ...kept.map((name) => `left ${name}, which is under way`),
    `${verb} ${removed.length} of ${all} runs`,
    "",
  ].join("\n");
}
