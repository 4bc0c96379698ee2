import { type Manifest, type Mode, manifestSchema } from "../../schemas/manifest.ts";
import { error, isError, type Problem, warning } from "../problem.ts";
import { schemaProblems } from "../yaml/schema-problems.ts";
import { isPlainMap, readYamlFile, type YamlFile } from "../yaml/yaml-file.ts";
import { checkMeaning } from "./meaning.ts";
import { promptFileProblems } from "./prompt-files.ts";

/** Codes of values that this version does not know, by key. */
const codes = { version: "unsupported-version", mode: "unknown-mode" } as const;

/**
 * Reads and checks a manifest. Returns all problems, sorted by line, and the manifest if none of them is an error.
 * `mode` replaces the manifest's own.
 */
export async function loadManifest(
  path: string,
  { mode }: { readonly mode?: Mode } = {},
): Promise<{ manifest?: Manifest; file?: YamlFile; problems: Problem[] }> {
  return checkManifest(await readYamlFile(path), mode);
}

/** Checks a manifest that has been parsed; see `loadManifest`. */
export async function checkManifest(
  { file, problems: read }: { readonly file?: YamlFile; readonly problems: readonly Problem[] },
  mode?: Mode,
): Promise<{ manifest?: Manifest; file?: YamlFile; problems: Problem[] }> {
  if (!file) return { problems: sortAndLimit(read) };
  if (isEmpty(file.value)) return { file, problems: [...read, emptyManifest(file)] };
  const { value: manifest, problems: shapeProblems } = schemaProblems(manifestSchema, file, codes);
  if (manifest) markFreeTasks(manifest, file.value);
  const promptProblems = manifest ? await promptFileProblems(manifest, file) : [];
  const problems = sortAndLimit([...read, ...shapeProblems, ...checkMeaning(file, mode), ...promptProblems]);
  return { ...(manifest && !problems.some(isError) ? { manifest } : {}), file, problems };
}

/** Marks the tasks of a manifest that have an empty list of dependencies, which it reads like a missing one. */
function markFreeTasks({ stages }: Manifest, value: unknown): void {
  const given = value as { readonly stages: readonly { readonly tasks: readonly object[] }[] };
  for (const [at, { tasks }] of stages.entries())
    for (const [number, task] of tasks.entries())
      if (task.depends.length === 0 && "depends" in (given.stages[at]?.tasks[number] ?? {}))
        Object.assign(task, { waitsForNothing: true });
}

const sortByPlace = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);

/** Nobody reads more, and a million problems take a gigabyte of memory. */
const maxProblems = 1000;

/** Sorts problems by line. Of too many, errors are kept before warnings, and the number of the others is added. */
function sortAndLimit(problems: readonly Problem[]): Problem[] {
  if (problems.length <= maxProblems) return sortByPlace(problems);
  const kept = sortByPlace(
    [...problems.filter(isError), ...problems.filter((one) => !isError(one))].slice(0, maxProblems),
  );
  const place = kept.at(-1)?.place ?? { file: "", line: 1, column: 1 };
  const more = `${problems.length - maxProblems} more problems are not shown`;
  return [...kept, warning("too-many-problems", more, place, { hint: "fix these first" })];
}

const isEmpty = (value: unknown): boolean => isPlainMap(value) && Object.keys(value).length === 0;

const emptyManifest = (file: YamlFile): Problem =>
  error("empty-manifest", "expected a manifest, found an empty file", file.place([]), {
    hint: "start with `version: 1`, `mode: dependency-driven` and `stages:`",
  });
