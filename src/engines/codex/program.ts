import { readdir, readFile, realpath } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { findExecutable, isExecutable } from "../find-executable.ts";

/**
 * Finds the Codex program by a name on PATH or by a path. npm installs a wrapper under that name, which starts the
 * program as a child that would outlive a killed wrapper; this returns the program itself. Returns undefined if there
 * is none.
 */
export async function findCodex(name: string): Promise<string | undefined> {
  const found = await findExecutable(name);
  return found && ((await behindWrapper(found)) ?? found);
}

async function behindWrapper(executable: string): Promise<string | undefined> {
  try {
    const script = await realpath(executable);
    const folder = resolve(dirname(script), "..");
    const { name } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { name?: unknown };
    if (name !== "@openai/codex") return undefined;
    const vendor = join(platformFolder(script) ?? folder, "vendor");
    for (const target of await readdir(vendor)) {
      const program = join(vendor, target, "bin", "codex");
      if (await isExecutable(program)) return program;
    }
  } catch {
    // Not the known wrapper: run as it is.
  }
  return undefined;
}

/** The folder of the package with the program for this platform, which npm installs next to the wrapper. */
function platformFolder(script: string): string | undefined {
  try {
    const name = `@openai/codex-${process.platform}-${process.arch}/package.json`;
    return dirname(createRequire(script).resolve(name));
  } catch {
    return undefined;
  }
}
