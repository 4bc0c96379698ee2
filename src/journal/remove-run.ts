import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { takeLock } from "./lock.ts";
import type { RunPaths } from "./run-directory.ts";

/** Removes a run from disk. Resolves to false if it is under way. Throws the error of the file system. */
export async function removeRun({ run, path, lock: lockFile }: RunPaths): Promise<boolean> {
  const lock = await takeLock(lockFile);
  if ("heldBy" in lock) return false;
  // Renamed first, so that a directory that is half removed is not read as a run.
  const trash = join(dirname(path), `.removed-${run}`);
  await rename(path, trash);
  await rm(trash, { recursive: true, force: true });
  return true;
}
