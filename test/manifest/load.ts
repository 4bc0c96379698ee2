import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Mode } from "../../schemas/manifest.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import type { Place, Problem } from "../../src/problem.ts";

/** A directory that is gone when the file's tests are done. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "interserve-manifest-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const directory = temporaryDirectory();
let count = 0;

/** Writes a manifest to a file of its own and loads it. */
export function load(text: string | Uint8Array, options?: { readonly mode?: Mode }) {
  count += 1;
  const path = join(directory, `${count}.exec.yaml`);
  writeFileSync(path, text);
  return loadManifest(path, options);
}

const under = ({ source = "", column, length = 1 }: Place): string =>
  source.slice(column - 1, column - 1 + length);

/**
 * A problem as lines to compare: place, what is underlined there, code and message; then the hint, then each second
 * place.
 */
export function lines({ severity, code, message, place, hint, related = [] }: Problem): string[] {
  return [
    `${place.line}:${place.column} [${under(place)}] ${severity} ${code}: ${message}`,
    ...(hint ? [`  ${hint}`] : []),
    ...related.map(({ message, place }) => `  ${place.line}:${place.column} [${under(place)}] ${message}`),
  ];
}

/** Every problem of a manifest, as lines. */
export async function problemsOf(text: string | Uint8Array, options?: { readonly mode?: Mode }) {
  return (await load(text, options)).problems.flatMap(lines);
}

/** A manifest of one stage "A" around the lines of its tasks. */
export const around = (tasks: string, top = "version: 1\nmode: dependency-driven\n"): string =>
  `${top}stages:\n  - name: A\n    tasks:\n${tasks.replace(/^(?=.)/gm, "      ")}`;
