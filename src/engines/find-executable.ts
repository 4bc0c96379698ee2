import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { foldersOn } from "../process/search-path.ts";

/**
 * Finds a program by a name on PATH or by a path. Returns its absolute path, or undefined if none is executable. Relative
 * folders on PATH are skipped.
 */
export async function findExecutable(
  name: string,
  path = process.env.PATH ?? "",
): Promise<string | undefined> {
  const folders = name.includes("/") ? [""] : foldersOn(path);
  for (const folder of folders) {
    const candidate = resolve(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Why `findExecutable` found nothing, as the end of a sentence about the program. */
export const whereMissing = (name: string): string =>
  name.includes("/") ? "which is missing or not executable" : "which is not on PATH";
