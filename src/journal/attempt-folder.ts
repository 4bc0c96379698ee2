import { createHash, randomUUID } from "node:crypto";
import { lstat, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { openRegularFile } from "../text/ends-of-file.ts";
import { createPrivateFile, makePrivateFolder } from "../text/private-files.ts";
import type { RunDirectory } from "./run-directory.ts";

/**
 * Creates the folder of an attempt, and in it the folder of what its agent is given to read. A folder that an attempt of
 * this number left before is moved aside. Throws the error of the file system, also for a link on the way.
 */
export async function createAttemptFolder(
  directory: RunDirectory,
  task: string,
  attempt: number,
): Promise<void> {
  const folder = directory.attempt(task, attempt);
  const ofTask = dirname(folder);
  await refuseLinks(directory.path);
  for (const path of [dirname(ofTask), ofTask]) await makePrivateFolder(path);
  if (await isFolder(folder)) await rename(folder, `${folder}.${randomUUID().slice(0, 8)}`);
  await mkdir(folder, { mode: 0o700 });
  for (const path of [givenFolder(folder), join(givenFolder(folder), "outputs")])
    await mkdir(path, { mode: 0o700 });
}

/** The folder in an attempt's folder with copies of what its agent is to read. Nothing is read back from it. */
export const givenFolder = (folder: string): string => join(folder, "given");

/** Checks that an attempt's folder is where it was created. Throws the error of the file system. */
export async function checkAttemptFolder(
  directory: RunDirectory,
  task: string,
  attempt: number,
): Promise<void> {
  const folder = directory.attempt(task, attempt);
  await refuseLinks(directory.path);
  for (const path of [dirname(dirname(folder)), dirname(folder), folder]) await isFolder(path);
}

/** Checks a run's folder and the ones that it lies in, up to the state directory or the project directory. */
async function refuseLinks(path: string): Promise<void> {
  const above = dirname(path);
  // A run of 0.1.0 lies in <project>/.interserve/runs.
  for (const one of [path, above, ...(basename(above) === "runs" ? [dirname(above)] : [])])
    await isFolder(one);
}

/** Whether there is a folder at a path. Throws if a link is there. */
async function isFolder(path: string): Promise<boolean> {
  const facts = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (facts?.isSymbolicLink()) {
    const message = `${path} is a link, which interserve does not follow`;
    throw Object.assign(new Error(message), { code: "ELOOP", syscall: "lstat", path });
  }
  return facts?.isDirectory() ?? false;
}

/**
 * Copies an output for an agent, which can read but not write it. Resolves with false, and copies nothing, if the file is
 * gone, or its contents are not those with the SHA-256 `expected`.
 */
export async function copyOutput(from: string, to: string, expected: string | undefined): Promise<boolean> {
  const target = await createPrivateFile(to, 0o400);
  try {
    const found = await readWith(from, (chunk) => target.writeFile(chunk));
    if (found !== undefined && (expected === undefined || found === expected)) return true;
  } finally {
    await target.close();
  }
  await rm(to, { force: true });
  return false;
}

/** Computes the SHA-256 of a regular file, in hex. Resolves with undefined if there is none. */
export const sha256Of = (path: string): Promise<string | undefined> => readWith(path, async () => {});

/** Passes a file on in chunks, and returns the SHA-256 of all of it. */
async function readWith(path: string, pass: (chunk: Buffer) => Promise<void>): Promise<string | undefined> {
  const file = await openRegularFile(path);
  if (!file) return undefined;
  const { handle } = file;
  const hash = createHash("sha256");
  try {
    for await (const chunk of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      await pass(chunk);
    }
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}
