import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PushGuard } from "../git/push-guard.ts";
import { writeGitTurns } from "../git/turns.ts";
import type { Job } from "../job/job.ts";
import { createRunDirectory, startInOrder } from "../journal/create-run.ts";
import { Journal } from "../journal/journal.ts";
import type { Lock } from "../journal/lock.ts";
import { lockRun } from "../journal/past-run.ts";
import { projectRecord } from "../journal/project-record.ts";
import { newRunName, type RunDirectory, runDirectory } from "../journal/run-directory.ts";
import { endRun } from "../process/tree.ts";
import { replacePrivateFile } from "../text/private-files.ts";
import { claimFiles } from "./claim-files.ts";
import { RunExecution } from "./execution.ts";
import type { RunHandle, RunOptions } from "./handle.ts";
import type { Resumption } from "./resume.ts";

/**
 * Starts a run of a job. Throws UsageError if a live run of the project may write the same files, the file system's error
 * if the run's directory cannot be made.
 */
export async function startRun(job: Job, options: RunOptions = {}): Promise<RunHandle> {
  const ids = job.tasks.map(({ task }) => task.id);
  const record = await projectRecord(job.projectDir, { stateDir: job.config.state_dir });
  const { directory, warnings } = await createRunDirectory(record, newRunName(new Date()), ids);
  for (const warning of warnings) options.onWarning?.(warning);
  const lock = await lockRun(directory);
  await claimFiles(job, record, directory, { lock, tasks: ids, beside: options.beside }).catch(
    async (error) => {
      // It never began.
      await rm(directory.path, { recursive: true, force: true });
      throw error;
    },
  );
  return begin(job, directory, lock, () =>
    startInOrder(
      record,
      directory,
      async () => new RunExecution(job, directory, lock, await Journal.create(directory.journal), options),
    ),
  );
}

/**
 * Resumes an earlier run of a job, after ending processes that a killed orchestrator left behind. Throws UsageError if
 * another live run of the project may write the same files.
 */
export async function resumeRun(job: Job, resumed: Resumption, options: RunOptions = {}): Promise<RunHandle> {
  const { past, lock, restored } = resumed;
  const ids = job.tasks.map(({ task }) => task.id);
  // Tasks that are no longer in the manifest keep their folders.
  const known = past.history.allTasks().map(({ id }) => id);
  const directory = runDirectory(past.directory, [...new Set([...known, ...ids])], (id) =>
    past.history.folderOf(id),
  );
  const record = await projectRecord(job.projectDir, { stateDir: job.config.state_dir });
  const tasks = resumed.again.map(({ task }) => task);
  await claimFiles(job, record, directory, { lock, tasks, beside: options.beside });
  await endRun(directory.run, () => job.config.grace * 1000);
  const again = { ...job, spec: { ...job.spec, restored } };
  return begin(again, directory, lock, async () => {
    const journal = await Journal.continue(directory.journal, past.journal);
    return new RunExecution(again, directory, lock, journal, options, resumed);
  });
}

async function begin(
  job: Job,
  directory: RunDirectory,
  lock: Lock,
  start: () => Promise<RunHandle>,
): Promise<RunHandle> {
  try {
    if (!job.allowPush) await new PushGuard(directory.hooks, job.projectDir).restore();
    await writeGitTurns(directory.bin);
    await writeRunFile(job, directory);
    return await start();
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Writes a summary for people who look into the folder; programs read the journal. */
async function writeRunFile(job: Job, { run, path }: RunDirectory): Promise<void> {
  const { manifestFile, plan, projectDir, mode, spec } = job;
  const facts = {
    run,
    manifest: manifestFile,
    plan: plan?.file,
    project_dir: projectDir,
    mode: mode.name,
    max_parallel: spec.maxParallel,
    started: new Date().toISOString(),
  };
  await replacePrivateFile(join(path, "run.json"), `${JSON.stringify(facts, null, 2)}\n`);
}
