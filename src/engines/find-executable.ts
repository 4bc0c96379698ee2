import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";

/** The path of a program, by its name on PATH or by a path of its own; nothing where there is none that may be run. */
export async function findExecutable(name: string, path = process.env.PATH ?? ""): Promise<string | undefined> {
  const candidates = name.includes("/")
    ? [resolve(name)]
    : path.split(delimiter).flatMap((folder) => (folder ? [join(folder, name)] : []));
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate;
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
