import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, resolve } from "node:path";

/** The absolute path of a program, by its name on PATH or by a path; nothing where there is none that may be run. */
export async function findExecutable(
  name: string,
  path = process.env.PATH ?? "",
): Promise<string | undefined> {
  const folders = name.includes("/") ? [""] : path.split(delimiter).filter((folder) => folder !== "");
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

/** What is wrong where `findExecutable` has found nothing, as the end of a sentence on the program. */
export const whereMissing = (name: string): string =>
  name.includes("/") ? "which is not there or may not be executed" : "which is not on PATH";
