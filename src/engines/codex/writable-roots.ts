import { mkdir, realpath } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { AttemptRequest } from "../engine.ts";

/** What keeps a run's record out of the folders that Codex's sandbox lets commands write to. */
export interface Protection {
  /** Settings of Codex, as for its option `-c`. */
  readonly settings: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export const unprotected: Protection = { settings: [], env: {} };

/**
 * Besides the project, Codex's sandbox lets commands write to /tmp and to $TMPDIR. If the record lies there, it is told
 * not to, and commands get a temporary folder of their own beside the attempt's files. Throws the error of the file
 * system.
 */
export async function protectRecord({ files, env }: AttemptRequest): Promise<Protection> {
  const folder = await realpath(dirname(files.events));
  const isExposed = async (root: string | undefined) =>
    root !== undefined && isWithin(folder, await realpath(root).catch(() => root));
  const [inTmp, inTmpDir] = [await isExposed("/tmp"), await isExposed(env.TMPDIR)];
  if (!inTmp && !inTmpDir) return unprotected;
  const own = join(folder, "tmp");
  await mkdir(own, { recursive: true, mode: 0o700 });
  return {
    settings: inTmp ? ["sandbox_workspace_write.exclude_slash_tmp=true"] : [],
    env: { TMPDIR: own },
  };
}

function isWithin(path: string, folder: string): boolean {
  const from = relative(folder, path);
  return from === "" || (from !== ".." && !from.startsWith(`..${sep}`));
}
