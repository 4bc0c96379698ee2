import { normalisePath } from "../../machines/schedule/locks.ts";
import type { Manifest, Mode } from "../../schemas/manifest.ts";
import { printedNumber, printsNumber } from "../plan/checks/counting.ts";
import { error, type Problem, warning } from "../problem.ts";
import { listed } from "../text/list.ts";
import { nearest } from "../text/nearest.ts";
import { quoted } from "../text/printable.ts";
import type { Path, YamlFile } from "../yaml/yaml-file.ts";
import { cycleProblems, orderProblems } from "./order-problems.ts";
import { type Outline, type OutlineTask, outlineOf } from "./outline.ts";

/**
 * Finds what no schema can: duplicate ids, unknown dependencies, cycles, and order that the mode ignores or cannot
 * keep. Works on manifests that have other errors, too. `mode` replaces the manifest's own.
 */
export function checkMeaning(file: YamlFile, mode?: Mode): Problem[] {
  const outline = outlineOf(file.value);
  const top = file.value as { readonly mode?: unknown; readonly stage_barriers?: unknown };
  const barriers = top.stage_barriers === "relaxed" ? "relaxed" : "strict";
  return [
    ...emptyStages(outline, file),
    ...duplicateIds(outline, file),
    ...dependencyProblems(outline, file),
    ...outline.tasks.flatMap((task) => conflictingKeys(task, file)),
    ...outline.tasks.flatMap((task) => unclearFiles(task, file)),
    ...outline.tasks.flatMap((task) => unexpandedValues(task, file)),
    ...outline.tasks.flatMap((task) => countsAsStatuses(task, file)),
    ...cycleProblems(outline, file),
    ...orderProblems(outline, file, mode ?? top.mode, barriers),
  ];
}

/** Finds the problems that a manifest has in another mode but not in its own. */
export function checkMode(manifest: Manifest, file: YamlFile, mode: Mode): Problem[] {
  const outline = outlineOf(file.value);
  const problemsIn = (name: Mode) => orderProblems(outline, file, name, manifest.stage_barriers);
  const keyOf = ({ code, place }: Problem) => `${code}:${place.line}:${place.column}`;
  const known = new Set(problemsIn(manifest.mode).map(keyOf));
  return problemsIn(mode).filter((problem) => !known.has(keyOf(problem)));
}

function emptyStages({ stages }: Outline, file: YamlFile): Problem[] {
  if (!stages) return [];
  if (stages.every(({ entries }) => entries === 0)) {
    const hint = "list the tasks of a stage under `tasks:`, each with an `id`";
    return [
      error("no-tasks", "expected at least one task, found none", file.place(["stages"], "key"), { hint }),
    ];
  }
  return stages
    .filter(({ entries }) => entries === 0)
    .map(({ label, path }) =>
      warning("empty-stage", `${label} has no tasks`, file.place([...path, "tasks"], "key"), {
        hint: "add a task to it, or remove it",
      }),
    );
}

function duplicateIds({ tasks }: Outline, file: YamlFile): Problem[] {
  const first = new Map<string, Path>();
  return tasks.flatMap(({ id, path }): Problem[] => {
    const before = first.get(id);
    if (!before) {
      first.set(id, path);
      return [];
    }
    return [
      error("duplicate-task", `duplicate task id ${quoted(id)}`, file.place([...path, "id"]), {
        hint: "give each task its own id",
        related: [{ message: "first used here", place: file.place([...before, "id"]) }],
      }),
    ];
  });
}

function dependencyProblems({ tasks }: Outline, file: YamlFile): Problem[] {
  const ids = [...new Set(tasks.map(({ id }) => id))];
  const known = new Set(ids);
  // Each suggestion compares all ids: a file that is wrong throughout gets only so many.
  let suggestions = 50;
  return tasks.flatMap((task) => {
    const seen = new Map<string, Path>();
    return task.depends.flatMap(({ id, path }): Problem[] => {
      const before = seen.get(id);
      if (before) return [duplicateDependency(task.id, id, path, before, file)];
      seen.set(id, path);
      if (id === task.id) return [selfDependency(id, path, file)];
      if (known.has(id)) return [];
      const near = suggestions > 0 ? nearest(id, ids) : undefined;
      suggestions -= 1;
      const hint = near ? `did you mean ${quoted(near)}?` : `the tasks are ${listed(ids.map(quoted))}`;
      const message = `task ${quoted(task.id)} depends on unknown task ${quoted(id)}`;
      return [error("unknown-dependency", message, file.place(path), { hint })];
    });
  });
}

const selfDependency = (id: string, path: Path, file: YamlFile): Problem =>
  error("self-dependency", `task ${quoted(id)} depends on itself`, file.place(path), {
    hint: "remove this dependency",
  });

const duplicateDependency = (task: string, id: string, path: Path, before: Path, file: YamlFile): Problem =>
  warning("duplicate-dependency", `task ${quoted(task)} depends on ${quoted(id)} twice`, file.place(path), {
    hint: "remove one of them",
    related: [{ message: "first listed here", place: file.place(before) }],
  });

function conflictingKeys({ id, keys, path }: OutlineTask, file: YamlFile): Problem[] {
  const [first, second] = keys.filter((key) => key === "prompt" || key === "prompt_file");
  if (!first || !second) return [];
  const message = `task ${quoted(id)} has both "prompt" and "prompt_file"`;
  return [
    error("conflicting-keys", message, file.place([...path, second], "key"), {
      hint: "keep one of them",
      related: [{ message: "the other one is here", place: file.place([...path, first], "key") }],
    }),
  ];
}

/** Finds entries of `files` that look like several paths, or like a path with a remark that is not understood. */
function unclearFiles({ id, files }: OutlineTask, file: YamlFile): Problem[] {
  return files.flatMap(({ file: entry, path }): Problem[] => {
    const parts = normalisePath(entry).split(/[,;]\s*|\s+(?:and|&|\+)\s+/);
    const isSeveral = parts.length > 1 && parts.every((part) => /[./]/.test(part));
    if (!isSeveral && !/\S\s+\([^()]*\)$/.test(entry)) return [];
    if (!isSeveral && normalisePath(entry) !== entry.trim()) return [];
    const found = isSeveral ? "several paths" : "a path and a remark";
    const message = `an entry of "files" of task ${quoted(id)} looks like ${found}: ${quoted(entry)}`;
    const hint = "it counts as one file of this name: write one path for each entry, and remarks as comments";
    return [warning("unclear-file", message, file.place(path), { hint })];
  });
}

/** What a shell would expand in a value: `$NAME`, `${NAME}`, `$(command)`, and `~` where a path begins. */
const expandable = /\$(?:[A-Za-z_]\w*|\{[^}]*\}|\([^)]*\))|(?<=^|:)~[\w.-]*(?=\/|:|$)/;

function unexpandedValues({ id, env, path }: OutlineTask, file: YamlFile): Problem[] {
  return Object.entries(env).flatMap(([name, value]): Problem[] => {
    const part = typeof value === "string" ? expandable.exec(value)?.[0] : undefined;
    if (part === undefined) return [];
    const message = `"env.${name}" of task ${quoted(id)} contains ${quoted(part)}, which is not expanded`;
    const hint =
      "the variable gets this text as it is: write the value itself, or set the variable in a command";
    return [warning("not-expanded", message, file.place([...path, "env", name]), { hint })];
  });
}

/** Finds exit statuses above 1 of commands that print a number, which is what the author had in mind. */
function countsAsStatuses({ id, verify }: OutlineTask, file: YamlFile): Problem[] {
  return verify.flatMap(({ run, expect, path }): Problem[] => {
    const [, number = ""] = /^exit (\d+)$/.exec(expect) ?? [];
    if (Number(number) < 2 || !printsNumber(run, number)) return [];
    const message = `task ${quoted(id)} expects the exit status ${number} of ${quoted(run)}, which prints a number`;
    const hint = `if it is to print that number, write \`expect: output "${printedNumber(run, number)}"\``;
    return [warning("ambiguous-check", message, file.place([...path, "expect"]), { hint })];
  });
}
