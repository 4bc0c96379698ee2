import { readFile, stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { LineCounter } from "yaml";
import { error, isError, type Place, type Problem, type ProblemCode } from "../problem.ts";
import { spanAt } from "./yaml-nodes.ts";
import { parseSyntax, thrownProblem } from "./yaml-syntax.ts";

/** The way to a part of a file's value: keys of maps and, from 0, numbers of list entries. */
export type Path = readonly (string | number)[];

/** A YAML file as plain data, with the place of every part. */
export interface YamlFile {
  readonly path: string;
  /** As it was read, comments included. */
  readonly text: string;
  /**
   * Maps are plain objects without the keys that have no value: `depends:` with nothing after it counts as absent. An
   * empty file is an empty map.
   */
  readonly value: unknown;
  /** The place of the value, or of its key, at a path from the top; if it does not exist, of what would hold it. */
  readonly place: (path: Path, which?: "key" | "value") => Place;
}

/** Whether a value of a YAML file is a map. */
export const isPlainMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const megabyte = 1024 * 1024;

/**
 * Reads a YAML file of one document. Never throws: all mistakes are problems with a place, and `file` is undefined if
 * one of them is an error. Files larger than `maxBytes` are rejected without being read; a manifest of 10 000 tasks
 * has about 2 MB.
 */
export async function readYamlFile(
  path: string,
  { maxBytes = 5 * megabyte }: { readonly maxBytes?: number } = {},
): Promise<{ file?: YamlFile; problems: Problem[] }> {
  const { text, problem } = await readText(path, maxBytes);
  return text === undefined ? { problems: problem ? [problem] : [] } : parseYaml(path, text);
}

/** Reads a regular UTF-8 file of at most `maxBytes`. Returns its text, without a byte order mark, or the problem. */
export async function readText(
  path: string,
  maxBytes: number,
): Promise<{ text?: string; problem?: Problem }> {
  const failed = (code: ProblemCode, message: string, hint: string, place?: Place) => ({
    problem: error(code, message, place ?? { file: path, line: 1, column: 1 }, { hint }),
  });
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) {
      return failed("file-is-directory", "expected a file, found a directory", "name a file in it");
    }
    // Opening a pipe or a device could block forever.
    if (!facts.isFile()) {
      const message = "expected a regular file, found a pipe, a socket or a device";
      return failed("file-unreadable", message, "write the text to a file first");
    }
    if (facts.size > maxBytes) {
      const message = `expected at most ${sizeOf(maxBytes)}, found ${sizeOf(facts.size)}`;
      return failed("file-too-large", message, "check that this is the right file");
    }
    const bytes = await readFile(path);
    try {
      return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
    } catch {
      const lossy = new TextDecoder("utf-8").decode(bytes);
      const bad = lossy.indexOf("\ufffd");
      const message = "expected UTF-8 text, found bytes that are not UTF-8";
      return failed("file-not-utf8", message, "save the file as UTF-8", placesIn(path, lossy)(bad, bad + 1));
    }
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      const hint = isAbsolute(path) ? "check the path" : `the path is relative to ${process.cwd()}`;
      return failed("file-not-found", "file not found", hint);
    }
    return failed("file-unreadable", `cannot read the file: ${message}`, "check its permissions");
  }
}

const sizeOf = (bytes: number): string =>
  bytes < megabyte ? `${bytes} bytes` : `${Number((bytes / megabyte).toFixed(1))} MB`;

/** Parses the text of a YAML file. `path` is used only in places. */
export function parseYaml(path: string, text: string): { file?: YamlFile; problems: Problem[] } {
  const at = placesIn(path, text);
  const { document, problems } = parseSyntax(text, at);
  if (!document || problems.some(isError)) return { problems };
  try {
    const value = withoutNulls(document.toJS({ maxAliasCount: 100 })) ?? {};
    const place = (keys: Path, which: "key" | "value" = "value") =>
      at(...spanAt(document.contents, keys, which));
    return { file: { path, text, value, place }, problems };
  } catch (thrown) {
    return { problems: [...problems, thrownProblem(thrown as Error, at(0, 1))] };
  }
}

/** Returns a function from the start and end of a part of a text, in characters from 0, to its place. */
function placesIn(file: string, text: string): (start: number, end: number) => Place {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) counter.addNewLine(at + 1);
  return (start, end) => {
    const { line, col: column } = counter.linePos(Math.min(start, text.length));
    const lineStart = counter.lineStarts[line - 1] ?? 0;
    const nextLine = counter.lineStarts[line] ?? text.length + 1;
    const source = text.slice(lineStart, nextLine - 1).replace(/\r$/, "");
    const length = Math.max(1, source.slice(column - 1, end - lineStart).trimEnd().length);
    return { file, line, column, source, length };
  };
}

/** Removes keys without a value, at any depth, in place. Values that are shared or contain themselves are visited once. */
function withoutNulls(top: unknown): unknown {
  const seen = new Set<object>();
  const open = [top];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const [key, inner] of Object.entries(value)) {
      if (inner === null && !Array.isArray(value)) Reflect.deleteProperty(value, key);
      else open.push(inner);
    }
  }
  return top;
}
