import { type Manifest, type Mode, manifestSchema } from "../../schemas/manifest.ts";
import { error, isError, type Problem, warning } from "../problem.ts";
import { schemaProblems } from "../yaml/schema-problems.ts";
import { readYamlFile, type YamlFile } from "../yaml/yaml-file.ts";
import { checkMeaning } from "./meaning.ts";
import { promptFileProblems } from "./prompt-files.ts";

/** What a value that this version does not know is called. */
const codes = { version: "unsupported-version", mode: "unknown-mode" } as const;

/**
 * Reads and checks a manifest: every problem at once, by line. There is a manifest where none is an error. With
 * `mode`, it is checked for a run in that mode in place of its own.
 */
export async function loadManifest(
  path: string,
  { mode }: { readonly mode?: Mode } = {},
): Promise<{ manifest?: Manifest; file?: YamlFile; problems: Problem[] }> {
  return manifestIn(await readYamlFile(path), mode);
}

/** Checks a manifest that is read already. */
export async function manifestIn(
  { file, problems: read }: { readonly file?: YamlFile; readonly problems: readonly Problem[] },
  mode?: Mode,
): Promise<{ manifest?: Manifest; file?: YamlFile; problems: Problem[] }> {
  if (!file) return { problems: bounded(read) };
  if (isEmpty(file.value)) return { file, problems: [...read, emptyManifest(file)] };
  const { value: manifest, problems: ofShape } = schemaProblems(manifestSchema, file, codes);
  const ofPrompts = manifest ? await promptFileProblems(manifest, file) : [];
  const problems = bounded([...read, ...ofShape, ...checkMeaning(file, mode), ...ofPrompts]);
  return { ...(manifest && !problems.some(isError) ? { manifest } : {}), file, problems };
}

const byPlace = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);

/** Nobody reads more, and a million of them fill a gigabyte. */
const mostProblems = 1000;

/** The problems by line; of too many all errors before any warning, and how many are left out. */
function bounded(problems: readonly Problem[]): Problem[] {
  if (problems.length <= mostProblems) return byPlace(problems);
  const kept = byPlace(
    [...problems.filter(isError), ...problems.filter((one) => !isError(one))].slice(0, mostProblems),
  );
  const place = kept.at(-1)?.place ?? { file: "", line: 1, column: 1 };
  const more = `${problems.length - mostProblems} more problems are not shown`;
  return [...kept, warning("too-many-problems", more, place, { hint: "fix these first" })];
}

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

const emptyManifest = (file: YamlFile): Problem =>
  error("empty-manifest", "expected a manifest, found an empty file", file.place([]), {
    hint: "start with `version: 1`, `mode: dependency-driven` and `stages:`",
  });
