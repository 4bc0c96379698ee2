import { quoted } from "../text/printable.ts";
import { isPlainMap, type Path } from "../yaml/yaml-file.ts";

/** What can be read of a task of a manifest that may have errors. */
export interface OutlineTask {
  readonly id: string;
  readonly path: Path;
  readonly stage: OutlineStage;
  readonly depends: readonly { readonly id: string; readonly path: Path }[];
  readonly files: readonly { readonly file: string; readonly path: Path }[];
  readonly env: Readonly<Record<string, unknown>>;
  /** The `verify` commands that say what is expected of them. */
  readonly verify: readonly { readonly run: string; readonly expect: string; readonly path: Path }[];
  readonly keys: readonly string[];
}

export interface OutlineStage {
  /** Position among the stages, from 0. */
  readonly number: number;
  /** `stage "A"`, or `stage 2` if it has no name. */
  readonly label: string;
  readonly path: Path;
  /** Number of entries in `tasks`, including unusable ones; undefined if there is no such list. */
  readonly entries: number | undefined;
}

export interface Outline {
  /** Undefined if there is no list of stages. */
  readonly stages: readonly OutlineStage[] | undefined;
  /** The tasks that have an id, in plan order. Ids may be duplicates. */
  readonly tasks: readonly OutlineTask[];
}

/** Reads as much of a manifest as possible, so that one error does not hide others. */
export function outlineOf(value: unknown): Outline {
  const tasks: OutlineTask[] = [];
  const stages = listIn(value, "stages")?.map((entry, number): OutlineStage => {
    const path = ["stages", number];
    const entries = listIn(entry, "tasks");
    const name = isPlainMap(entry) && typeof entry.name === "string" ? quoted(entry.name) : number + 1;
    const stage = { number, label: `stage ${name}`, path, entries: entries?.length };
    for (const [at, task] of (entries ?? []).entries()) {
      const read = taskOf(task, [...path, "tasks", at], stage);
      if (read) tasks.push(read);
    }
    return stage;
  });
  return { stages, tasks };
}

function taskOf(value: unknown, path: Path, stage: OutlineStage): OutlineTask | undefined {
  if (!isPlainMap(value)) return undefined;
  const { id } = value;
  // A number is an error, but tasks that depend on it do not depend on an unknown task.
  if (typeof id !== "number" && (typeof id !== "string" || id === "")) return undefined;
  const depends = (listIn(value, "depends") ?? []).flatMap((entry, at) =>
    typeof entry === "string" ? [{ id: entry, path: [...path, "depends", at] }] : [],
  );
  const files = (listIn(value, "files") ?? []).flatMap((entry, at) =>
    typeof entry === "string" ? [{ file: entry, path: [...path, "files", at] }] : [],
  );
  const env = isPlainMap(value.env) ? value.env : {};
  const verify = (listIn(value, "verify") ?? []).flatMap((entry, at) =>
    isPlainMap(entry) && typeof entry.run === "string" && typeof entry.expect === "string"
      ? [{ run: entry.run, expect: entry.expect, path: [...path, "verify", at] }]
      : [],
  );
  return { id: String(id), path, stage, depends, files, env, verify, keys: Object.keys(value) };
}

function listIn(value: unknown, key: string): readonly unknown[] | undefined {
  const list = isPlainMap(value) ? value[key] : undefined;
  return Array.isArray(list) ? list : undefined;
}
