import * as v from "valibot";
import type { FormatTask } from "../format.ts";

const waveGraph = v.object({
  waves: v.array(v.object({ tasks: v.array(v.union([v.string(), v.number()])) })),
});
export const checkpoint = /^(?:final |最终)?(?:checkpoint\b|检查点|チェックポイント)/i;

/** Reads the waves of a graph in JSON, each with the numbers of its tasks. Returns undefined for other code. */
export function wavesIn(code: string): string[][] {
  try {
    const read = v.safeParse(waveGraph, JSON.parse(code));
    return read.success ? read.output.waves.map(({ tasks }) => tasks.map(String)) : [];
  } catch {
    return [];
  }
}

/** The numbers of a task's ancestors, nearest first: `2.1` and `2` for `2.1.3`. */
export function numbersAbove(number: string): string[] {
  const parts = number.split(".");
  return parts.slice(1).map((_, at) => parts.slice(0, parts.length - 1 - at).join("."));
}

/**
 * Assigns tasks to waves. A task in no wave, such as a checkpoint, comes after everything before it. If the graph names
 * a parent for its parts, or the parts of a task, these count.
 */
export function inWaves(tasks: readonly FormatTask[], waves: readonly (readonly string[])[]): FormatTask[] {
  const namedWave = waveFinder(waves);
  const numbers = new Set(tasks.map(({ number }) => number));
  /** For each wave, the last task in no wave, and the tasks since. */
  const since = new Map<number, string[]>();
  let latest = 0;
  const placed = tasks.map((task): FormatTask & { wave: number } => {
    const named = namedWave(task.number);
    const wave = named ?? latest;
    latest = Math.max(latest, wave);
    const before = since.get(wave) ?? [];
    const [whole = ""] = numbersAbove(task.number);
    if (named === undefined) since.set(wave, [task.number]);
    else since.set(wave, before).get(wave)?.push(task.number);
    const own = named === undefined ? before : [whole].filter((number) => numbers.has(number));
    const depends = [...new Set([...own, ...(task.depends ?? [])])];
    return { ...task, wave, group: `Wave ${wave + 1}`, depends };
  });
  return placed.toSorted((a, b) => a.wave - b.wave).map(({ wave: _, ...task }) => task);
}

/** Finds the wave that names a task, or else the first that names a part or an ancestor of it. */
function waveFinder(waves: readonly (readonly string[])[]): (number: string) => number | undefined {
  const own = new Map<string, number>();
  const ofPart = new Map<string, number>();
  for (const [wave, numbers] of waves.entries()) {
    for (const number of numbers) {
      if (!own.has(number)) own.set(number, wave);
      for (const whole of numbersAbove(number)) if (!ofPart.has(whole)) ofPart.set(whole, wave);
    }
  }
  return (number) => {
    const kin = [ofPart.get(number), ...numbersAbove(number).map((whole) => own.get(whole))];
    const found = kin.filter((wave) => wave !== undefined);
    return (
      own.get(number) ?? (found.length > 0 ? found.reduce((first, wave) => Math.min(first, wave)) : undefined)
    );
  };
}

/** Reads dependencies from a line of a task's own: `Depends on task 1`, `_Depends: 2.1, 3_`. */
export function statedIn(section: string): string[] | undefined {
  const found = [...section.matchAll(stated)].flatMap(([, list = ""]) => list.match(/\d+(?:\.\d+)*/g) ?? []);
  return found.length > 0 ? found : undefined;
}
const stated =
  /^[ \t]{0,20}(?:[-*+][ \t]{1,20})?[*_]{0,3}depends(?:[ \t]{1,20}on)?\b[*_]{0,3}:?[*_]{0,3}[ \t]{0,20}(?:tasks?[ \t]{1,20})?(\d+(?:\.\d+){0,9}(?:(?:[ \t]{0,20},[ \t]{0,20}(?:and[ \t]{1,20})?|[ \t]{1,20}and[ \t]{1,20})\d+(?:\.\d+){0,9})*)[ \t]{0,20}[._*]{0,4}[ \t]{0,20}$/gim;

/** Resolves a dependency on an entry with parts to those of them that are tasks, and to itself if it is one. */
export function inTheirParts(tasks: readonly FormatTask[], gone: ReadonlySet<string>): FormatTask[] {
  const parts = new Map<string, string[]>();
  for (const { number } of tasks)
    for (const whole of [number, ...numbersAbove(number)])
      parts
        .set(whole, parts.get(whole) ?? [])
        .get(whole)
        ?.push(number);
  return tasks.map((task) => {
    if (!task.depends) return task;
    const depends = task.depends.flatMap((number) => parts.get(number) ?? (gone.has(number) ? [] : [number]));
    return { ...task, depends: depends.filter((number) => number !== task.number) };
  });
}

/**
 * Splits tasks into stages at checkpoints: a checkpoint waits for everything before it, and everything after it waits
 * for it. Returns undefined if no checkpoint is left.
 */
export function inParts(
  tasks: readonly FormatTask[],
  checkpoints: ReadonlySet<string>,
): FormatTask[] | undefined {
  const stages: { readonly of: string | undefined; readonly tasks: FormatTask[] }[] = [];
  for (const task of tasks) {
    const of = [task.number, ...numbersAbove(task.number)].find((number) => checkpoints.has(number));
    const last = stages.at(-1);
    if (last && last.of === of) last.tasks.push(task);
    else stages.push({ of, tasks: [task] });
  }
  if (stages.every(({ of }) => of === undefined)) return undefined;
  return stages.flatMap(({ of, tasks }) => {
    const group = of === undefined ? partName(tasks) : `Checkpoint ${of}`;
    // A checkpoint's stage already says what it waits for.
    return tasks.map((task) => ({ ...task, group, ...(task.number === of ? { depends: [] } : {}) }));
  });
}

function partName(tasks: readonly FormatTask[]): string {
  const [first, last] = [tasks[0], tasks.at(-1)].map((task) => task?.number.split(".")[0]);
  return first === last ? `Task ${first}` : `Tasks ${first} to ${last}`;
}
