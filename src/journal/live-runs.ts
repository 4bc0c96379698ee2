import { dirname, join } from "node:path";
import { projectOf } from "../history/next-step.ts";
import { makePrivatePath } from "../text/private-files.ts";
import { type Claim, readLock, waitForLock } from "./lock.ts";
import { readRun } from "./past-run.ts";
import { listRuns, type ProjectRecord } from "./project-record.ts";
import type { RunPaths } from "./run-directory.ts";

/** A run that a living process executes, and what its tasks may write. */
export interface LiveRun {
  readonly run: string;
  readonly pid: number;
  readonly claim: Claim;
}

/**
 * Holds the lock of a project while `decide` looks at its live runs and claims files for one more, so that two runs
 * that start at the same moment see each other. Throws UsageError if another process keeps the lock.
 */
export async function withLiveRuns<T>(
  record: ProjectRecord,
  ours: RunPaths,
  decide: (others: readonly LiveRun[]) => Promise<T>,
): Promise<T> {
  const lock = await waitForLock(join(await firstWritable([...record.folders, dirname(ours.path)]), ".lock"));
  try {
    return await decide(await liveRuns(record, ours));
  } finally {
    await lock.release();
  }
}

/** Lists the live runs of a project, except one, that have claimed what they may write. */
async function liveRuns(record: ProjectRecord, except: RunPaths): Promise<LiveRun[]> {
  const found: LiveRun[] = [];
  for (const paths of await listRuns(record)) {
    const holder = paths.path === except.path ? undefined : await readLock(paths.lock);
    const claim = holder && (holder.claim === undefined ? await claimOfOld(paths) : holder.claim);
    if (holder && claim) found.push({ run: paths.run, pid: holder.pid, claim });
  }
  return found;
}

/** What a process of 0.1.0 may write: its lock does not say so, but its journal does once it has its first line. */
async function claimOfOld(paths: RunPaths): Promise<Claim> {
  const tasks = await readRun(paths).then(
    ({ history }) => history.latest.tasks,
    () => [],
  );
  return {
    project: projectOf(paths.path, undefined) ?? dirname(paths.path),
    files: tasks.flatMap(({ files }) => files),
    within: [],
  };
}

async function firstWritable(folders: readonly string[]): Promise<string> {
  for (const folder of folders.slice(0, -1)) {
    const isOurs = await makePrivatePath(folder).then(
      () => true,
      () => false,
    );
    if (isOurs) return folder;
  }
  return folders.at(-1) as string;
}
