import { randomUUID } from "node:crypto";
import { chmod, type FileHandle, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** What is wrong with a place for files, as an error of the file system so that it is reported like one. */
function unusable(path: string, problem: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${path} ${problem}`), { code: "EEXIST", syscall: "mkdir", path });
}

/**
 * Creates a folder that only its owner can read, in a folder that exists. One that exists is used if it is our own, and
 * made private. Throws the error of the file system, also for a link in its place.
 */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const facts = await lstat(path);
    if (facts.isSymbolicLink()) throw unusable(path, "is a link: remove it");
    if (!facts.isDirectory()) throw unusable(path, "is not a directory");
    if (facts.uid !== process.getuid?.()) throw unusable(path, "belongs to another user");
    if ((facts.mode & 0o077) !== 0) await chmod(path, 0o700);
  }
}

/** Creates a private folder and the missing folders above it. Throws the error of the file system. */
export async function makePrivatePath(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await makePrivateFolder(path);
}

/** Creates a file that only its owner can read, in place of anything that has its name. Never follows a link. */
export async function createPrivateFile(path: string, mode = 0o600): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, "wx", mode);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      await rm(path, { force: true });
    }
  }
}

/** Writes a private file that is complete as soon as it has its name; its mode may be 0o400. Throws the error of the file system. */
export async function replacePrivateFile(path: string, text: string, mode = 0o600): Promise<void> {
  const part = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    const handle = await createPrivateFile(part, mode);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
