import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Excerpt, RunReport, TaskReport } from "../../schemas/run-report.ts";
import type { RunStatus, TaskStatus } from "../../schemas/run-status.ts";
import type { PastRun } from "../journal/past-run.ts";
import { readPlan, sectionFor } from "../plan/read-plan.ts";
import { endsOfFile } from "../text/ends-of-file.ts";
import { readYamlFile } from "../yaml/yaml-file.ts";
import { runStatus } from "./status.ts";

/** How much of the end of each file is read, in bytes. */
const tailBytes = 8 * 1024;

/** Gathers what a report tells about a run, live or ended. */
export async function runReport(run: PastRun): Promise<RunReport> {
  const status = runStatus(run);
  const placeOf = await places(status);
  const tasks: TaskReport[] = [];
  // One after the other: there may be 10 000 of them.
  for (const task of status.tasks) tasks.push({ ...task, place: placeOf(task), said: await saidBy(task) });
  return { ...status, written: new Date().toISOString(), tasks };
}

/** What a task left that has run and did not pass. */
async function saidBy({ status, artifacts, failure }: TaskStatus): Promise<TaskReport["said"]> {
  if (!artifacts || status === "pass" || status === "skipped") return [];
  const all: TaskReport["said"][number][] = [];
  for (const name of failure === "verify" ? await lastVerify(artifacts) : ["output.md", "log.txt"]) {
    const text = await lastOf(join(artifacts, name));
    if (text && `${text.head}${text.tail}`.trim() !== "") all.push({ name, text });
  }
  return all;
}

/** `verify` commands run up to the first that fails: the last that has left something. */
async function lastVerify(artifacts: string): Promise<string[]> {
  const names = await readdir(artifacts).catch(() => []);
  const numbers = names.flatMap((name) => /^verify-(\d+)\.txt$/.exec(name)?.[1] ?? []).map(Number);
  return numbers.length > 0 ? [`verify-${Math.max(...numbers)}.txt`] : [];
}

/** Of a process that still runs, or was killed with its run, the output is `<file>.part`. */
const lastOf = async (path: string): Promise<Excerpt | undefined> =>
  (await tail(path)) ?? (await tail(`${path}.part`));
const tail = (path: string) => endsOfFile(path, () => ({ head: 0, tail: tailBytes }));

/** Where each task is written: in the plan and the manifest as they are now, if they are still there. */
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

/** The line of each task's id, of whatever can be read as a manifest. */
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
