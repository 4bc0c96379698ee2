import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = ["src", "machines", "schemas", "visualizations"];
const copied = [...sources, "package.json", "tsconfig.json", "rolldown.config.ts"];

/** An edited copy of the source tree in a temporary folder, with its command line built. */
export interface CopiedTree {
  readonly dir: string;
  /** The built command line: a script for `node`, or for `Rig.make`. */
  readonly main: string;
  /** Type-checks a source file and all that it imports. Resolves with the compiler's output, empty if all is well. */
  readonly typeErrors: (file: string) => Promise<string>;
  /** Bundles a source file with all that it imports. Resolves with the address of the module. */
  readonly bundle: (file: string) => Promise<string>;
  readonly remove: () => Promise<void>;
}

/**
 * Copies the source tree, edits files in it and builds the command line. Each edit gets the text of a file by its path
 * from the root, empty if there is no such file, and returns the new text.
 * Throws an error if an edit changes nothing, or the copy does not build.
 */
export async function copyWithEdits(
  edits: Readonly<Record<string, (text: string) => string>>,
): Promise<CopiedTree> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "interserve-copy-")));
  const remove = () => rm(dir, { recursive: true, force: true });
  try {
    for (const path of copied) await cp(join(root, path), join(dir, path), { recursive: true });
    await symlink(join(root, "node_modules"), join(dir, "node_modules"), "dir");
    for (const [path, edit] of Object.entries(edits)) await editFile(join(dir, path), edit);
    await runTool(dir, "rolldown/bin/cli.mjs", "-c");
  } catch (error) {
    await remove();
    throw error;
  }
  const bundle = async (file: string) => {
    await runTool(dir, "rolldown/bin/cli.mjs", file, "--file", "bundle.mjs", "--platform", "node");
    return pathToFileURL(join(dir, "bundle.mjs")).href;
  };
  return {
    dir,
    main: join(dir, "dist/main.js"),
    typeErrors: (file) => typeErrors(dir, file),
    bundle,
    remove,
  };
}

async function editFile(path: string, edit: (text: string) => string): Promise<void> {
  const before = await readFile(path, "utf8").catch(() => "");
  const after = edit(before);
  if (after === before) throw new Error(`the edit of ${path} changes nothing`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, after);
}

async function typeErrors(dir: string, file: string): Promise<string> {
  const config = { extends: "./tsconfig.json", include: [], files: [file] };
  await writeFile(join(dir, "tsconfig.file.json"), JSON.stringify(config));
  return runTool(dir, "typescript/bin/tsc", "-p", "tsconfig.file.json").then(
    () => "",
    ({ stdout }: { readonly stdout: string }) => stdout,
  );
}

/** Runs a development tool in a folder. Rejects with its output if it fails. */
const runTool = (cwd: string, script: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(root, "node_modules", script), ...args], { cwd });
