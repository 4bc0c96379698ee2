import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Excerpt, RunReport, TaskReport } from "../../schemas/run-report.ts";
import type { RunStatus, TaskStatus } from "../../schemas/run-status.ts";
import type { PastRun } from "../journal/past-run.ts";
import { readPlan } from "../plan/read-plan.ts";
import { sectionFor } from "../plan/section-for.ts";
import { endsOfFile } from "../text/ends-of-file.ts";
import { readYamlFile } from "../yaml/yaml-file.ts";
import { runStatus } from "./status.ts";

/** The number of bytes that are read from the end of each file. */
const tailBytes = 8 * 1024;

/** Gathers everything that a report of a run, live or ended, is made of. */
export async function runReport(run: PastRun): Promise<RunReport> {
  const status = runStatus(run);
  const placeOf = await places(status);
  const tasks: TaskReport[] = [];
  // One after the other, as there may be 10 000 of them.
  for (const task of status.tasks) tasks.push({ ...task, place: placeOf(task), said: await saidBy(task) });
  return { ...status, written: new Date().toISOString(), tasks };
}

/** The ends of the outputs of a task that has run and did not pass. */
async function saidBy({ status, artifacts, failure }: TaskStatus): Promise<TaskReport["said"]> {
  if (!artifacts || status === "pass" || status === "skipped") return [];
  const all: TaskReport["said"][number][] = [];
  for (const name of failure === "verify" ? await lastVerify(artifacts) : ["output.md", "log.txt"]) {
    const text = await endOf(join(artifacts, name));
    if (text && `${text.head}${text.tail}`.trim() !== "") all.push({ name, text });
  }
  return all;
}

/** The output of the last `verify` command that ran: the one that failed. */
async function lastVerify(artifacts: string): Promise<string[]> {
  const names = await readdir(artifacts).catch(() => []);
  const numbers = names.flatMap((name) => /^verify-(\d+)\.txt$/.exec(name)?.[1] ?? []).map(Number);
  return numbers.length > 0 ? [`verify-${numbers.reduce((last, one) => Math.max(last, one))}.txt`] : [];
}

/** While a process runs, and after it was killed with its run, its output is in `<file>.part`. */
const endOf = async (path: string): Promise<Excerpt | undefined> =>
  (await tail(path)) ?? (await tail(`${path}.part`));
const tail = (path: string) => endsOfFile(path, () => ({ head: 0, tail: tailBytes }));

/** Returns a function that finds a task in the plan or the manifest as they are now; null if it is not there. */
async function places({ plan, manifest }: RunStatus): Promise<(task: TaskStatus) => TaskReport["place"]> {
  const { plan: read } = plan ? await readPlan(plan, { needsTasks: false }) : {};
  const lines = manifest === plan ? new Map<string, number>() : await linesIn(manifest);
  return (task) => {
    const section = read && sectionFor(read, task);
    if (section) return { file: read.file, line: section.line };
    const line = lines.get(task.id);
    return line === undefined ? null : { file: manifest, line };
  };
}

/** The line of each task's id, as far as the file can be read as a manifest. */
async function linesIn(manifest: string): Promise<ReadonlyMap<string, number>> {
  const lines = new Map<string, number>();
  const { file } = await readYamlFile(manifest);
  const { stages } = (file?.value ?? {}) as { stages?: unknown };
  for (const [stage, { tasks }] of listOf(stages).entries()) {
    for (const [task, { id }] of listOf(tasks).entries()) {
      const place = file?.place(["stages", stage, "tasks", task, "id"]);
      if (typeof id === "string" && place && !lines.has(id)) lines.set(id, place.line);
    }
  }
  return lines;
}

const listOf = (value: unknown): readonly { readonly [key: string]: unknown }[] =>
  Array.isArray(value) ? value.map((one) => (typeof one === "object" && one !== null ? one : {})) : [];
