import { type Manifest, type Mode, manifestSchema } from "../../schemas/manifest.ts";
import { isError, type Problem } from "../problem.ts";
import { schemaProblems } from "../schema-problems.ts";
import { readYamlFile, type YamlFile } from "../yaml-file.ts";
import { checkMeaning } from "./check.ts";

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
export function manifestIn(
  { file, problems: read }: { readonly file?: YamlFile; readonly problems: readonly Problem[] },
  mode?: Mode,
): { manifest?: Manifest; file?: YamlFile; problems: Problem[] } {
  if (!file) return { problems: byPlace(read) };
  if (isEmpty(file.value)) return { file, problems: [...read, emptyManifest(file)] };
  const { value: manifest, problems: ofShape } = schemaProblems(manifestSchema, file, codes);
  const problems = byPlace([...read, ...ofShape, ...checkMeaning(file, mode)]);
  return { ...(manifest && !problems.some(isError) ? { manifest } : {}), file, problems };
}

const byPlace = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

const emptyManifest = (file: YamlFile): Problem => ({
  code: "empty-manifest",
  severity: "error",
  message: "expected a manifest, found nothing",
  place: file.place([]),
  hint: "start with `version: 1`, `mode: dependency-driven` and `stages:`",
});
