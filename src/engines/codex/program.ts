import { readdir, readFile, realpath } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { findExecutable, isExecutable } from "../find-executable.ts";

/**
 * Codex itself, by its name on PATH or by a path; nothing where there is none. What npm installs under that name is a
 * wrapper that starts the program as a child: were the wrapper killed, the child would go on.
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
    // Not the wrapper that we know: it is run as it is.
  }
  return undefined;
}

/** The package that npm has installed beside the wrapper for this platform. */
function platformFolder(script: string): string | undefined {
  try {
    const name = `@openai/codex-${process.platform}-${process.arch}/package.json`;
    return dirname(createRequire(script).resolve(name));
  } catch {
    return undefined;
  }
}
