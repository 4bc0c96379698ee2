import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** The files of a built page by name; only these are served. */
export type Assets = ReadonlyMap<string, { readonly bytes: Buffer; readonly type: string }>;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

/** Reads the files of a built page. Throws the file system's error if there is no such directory. */
export async function readAssets(directory: string): Promise<Assets> {
  const entries = await readdir(directory, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && types[extname(entry.name)]);
  return new Map(
    await Promise.all(
      files.map(async ({ name }) => {
        const bytes = await readFile(join(directory, name));
        return [name, { bytes, type: types[extname(name)] ?? "text/plain" }] as const;
      }),
    ),
  );
}
