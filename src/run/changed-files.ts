import { normalisePath } from "../../machines/schedule/locks.ts";
import type { ManifestTask } from "../../schemas/manifest.ts";
import { mostFilesChanged, type Outcome } from "../../schemas/outcome.ts";
import { commitsOf } from "../git/turns.ts";
import { filesChanged, filesCommitted, workingTree } from "../git/working-tree.ts";
import type { Job } from "../job/job.ts";
import { listed } from "../text/list.ts";
import { printable } from "../text/printable.ts";
import type { Neighbour } from "./neighbours.ts";

/**
 * Looks at the project before an attempt. Returns a function that puts the files changed since then, as git shows
 * them, into an outcome, with notes if they differ from what the manifest or the agent declared. Files that a task may
 * have changed that ran beside it are marked as unsure. Without git, the agent's own list is kept. `folder` is the
 * attempt's.
 */
export async function watchFiles(
  job: Job,
  task: ManifestTask,
  folder: string,
  beside: readonly Neighbour[],
): Promise<(outcome: Outcome) => Promise<Outcome>> {
  const before = await workingTree(job.projectDir);
  return async (outcome) => {
    const after = before && (await workingTree(job.projectDir, before.root));
    if (!before || !after) return outcome;
    const { files_changed, ...rest } = outcome;
    const said = files_changed ?? [];
    const others = job.tasks.flatMap((one) => (one.task.id === task.id ? [] : one.task.files));
    const isOurs = (file: string) =>
      said.includes(file) || isAmong(file, task.files) || !isAmong(file, others);
    // Other tasks may work in the same directory at the same time.
    const theirs = await Promise.all(beside.map((one) => commitsOf(one.folder)));
    const changed = (await filesChanged(before, after, new Set(theirs.flat()))).filter(isOurs);
    const committed = await filesCommitted(before, after, await commitsOf(folder));
    const isSure = (file: string) => said.includes(file) || committed.has(file) || isAmong(file, task.files);
    const unsure = beside.length === 0 ? [] : changed.filter((file) => !isSure(file));
    const notes = [
      ...(outcome.notes ?? []),
      ...differences(changed, said, task.files),
      ...(unsure.length > 0 ? [unsureNote(unsure, beside)] : []),
    ];
    return {
      ...rest,
      ...(changed.length > 0 ? { files_changed: changed.slice(0, mostFilesChanged) } : {}),
      ...(unsure.length > 0 ? { files_unsure: unsure.slice(0, mostFilesChanged) } : {}),
      ...(notes.length > 0 ? { notes } : {}),
    };
  };
}

/** Says which files may be another task's: both worked in the same directory. */
function unsureNote(files: readonly string[], beside: readonly Neighbour[]): string {
  const tasks = listed([...new Set(beside.map(({ task }) => printable(task)))]);
  return `not sure who changed ${listed(files.map(printable))}: ${tasks} ran at the same time`;
}

/** Describes how changed files differ from what the manifest and the agent declared. */
function differences(
  changed: readonly string[],
  said: readonly string[],
  declared: readonly string[],
): string[] {
  const stray = declared.length === 0 ? [] : changed.filter((file) => !isAmong(file, declared));
  const untold =
    said.length === 0 ? [] : changed.filter((file) => !said.includes(file) && !stray.includes(file));
  const unseen = said.filter((file) => !changed.includes(file) && !file.startsWith(".."));
  return [
    ...(stray.length > 0
      ? [`changed but not declared in the manifest: ${listed(stray.map(printable))}`]
      : []),
    ...(untold.length > 0
      ? [`changed but not mentioned by the agent: ${listed(untold.map(printable))}`]
      : []),
    ...(unseen.length > 0
      ? [
          `reported as changed by the agent, but unchanged or ignored in git: ${listed(unseen.map(printable))}`,
        ]
      : []),
  ];
}

/** Whether a file is one of the paths, or below one. */
const isAmong = (file: string, paths: readonly string[]): boolean =>
  paths.map(normalisePath).some((path) => path === "." || file === path || file.startsWith(`${path}/`));
