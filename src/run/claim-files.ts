import { realpath } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { locksOf, normalisePath } from "../../machines/schedule/locks.ts";
import { findRepository } from "../git/repository.ts";
import type { Job } from "../job/job.ts";
import { type LiveRun, withLiveRuns } from "../journal/live-runs.ts";
import type { Claim, Lock } from "../journal/lock.ts";
import type { ProjectRecord } from "../journal/project-record.ts";
import type { RunPaths } from "../journal/run-directory.ts";
import { UsageError } from "../problem.ts";
import { printable } from "../text/printable.ts";

/** How many shared files a message names. */
const maxNames = 3;

interface ClaimOptions {
  /** The run's lock, held by this process. */
  readonly lock: Lock;
  /** The tasks that are to run, by id. */
  readonly tasks: readonly string[];
  /** Start even if another run may write the same files. */
  readonly beside?: boolean | undefined;
}

/**
 * Claims the files that the tasks of a run declare. Throws UsageError, naming the other run, if a live run of the
 * project may write the same ones, unless this run was started in it. The runs of one program are its own affair.
 */
export async function claimFiles(
  job: Job,
  record: ProjectRecord,
  directory: RunPaths,
  { lock, tasks, beside = false }: ClaimOptions,
): Promise<void> {
  if (tasks.length === 0) return;
  const running = new Set(tasks);
  const files = job.tasks.flatMap(({ task }) => (running.has(task.id) ? task.files : []));
  await withLiveRuns(record, directory, async (others) => {
    const claim: Claim = { project: job.projectDir, files, within: outerRuns(others) };
    const isRelated = ({ run, pid, claim: { within } }: LiveRun) =>
      pid === process.pid || claim.within.includes(run) || within.includes(directory.run);
    if (!beside) for (const other of others) if (!isRelated(other)) await refuseOverlap(claim, other);
    await lock.claim(claim);
  });
}

/** The live runs that this process was started in by a task, the outermost first. */
function outerRuns(others: readonly LiveRun[]): string[] {
  const outer = others.find(({ run }) => run === process.env.INTERSERVE_RUN);
  return outer ? [...outer.claim.within, outer.run] : [];
}

async function refuseOverlap(claim: Claim, { run, pid, claim: other }: LiveRun): Promise<void> {
  const [ours, theirs] = [await placesOf(claim), await placesOf(other)];
  if (ours.tree !== theirs.tree) return;
  const { paths } = locksOf([ours.files, theirs.files]);
  if (paths.length === 0) return;
  const more = paths.length > maxNames ? ` and ${paths.length - maxNames} more` : "";
  const shared = `${paths.slice(0, maxNames).map(printable).join(", ")}${more}`;
  const undeclared = other.files.length === 0 ? "it" : "the new one";
  const isDeclared = claim.files.length > 0 && other.files.length > 0;
  const why = isDeclared
    ? `writes the same files: ${shared}`
    : `works in the same project, and ${undeclared} declares no files`;
  throw new UsageError(
    `run ${run} in process ${pid} ${why}`,
    `wait for it, stop it with \`kill ${pid}\`, or start this run anyway with --beside`,
  );
}

/** The working tree that a run works in, and the places in it that it may write. */
async function placesOf({ project, files }: Claim): Promise<{ tree: string; files: readonly string[] }> {
  const real = await realpath(project).catch(() => project);
  const tree = (await findRepository(real))?.root ?? real;
  const placeOf = (file: string) => relative(tree, resolve(real, normalisePath(file))) || ".";
  return { tree, files: files.length > 0 ? files.map(placeOf) : ["."] };
}
