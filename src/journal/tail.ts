import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** How often a file that has been read to its end is looked at again. */
const pollMs = 120;
const chunkBytes = 256 * 1024;

export interface FollowOptions {
  /** Where to begin, in bytes; a negative number counts from the end. */
  readonly from?: number;
  /** Asked at the end of the file: whether nothing more will come. */
  readonly isComplete: () => boolean | Promise<boolean>;
  readonly signal: AbortSignal;
}

/** The bytes of a file as it grows; one that is not there yet is waited for. Ends when it is complete, or aborted. */
export const follow = (path: string, options: FollowOptions): AsyncGenerator<Buffer> =>
  followed(path, options, (bytes) => bytes.length);

/** The complete lines of a file as it grows, as many at a time as were there; one without its newline is not read. */
export async function* followLines(path: string, options: FollowOptions): AsyncGenerator<string[]> {
  const whole = (bytes: Buffer) => bytes.lastIndexOf(10) + 1;
  for await (const lines of followed(path, options, whole)) {
    yield lines.toString("utf8", 0, lines.length - 1).split("\n");
  }
}

/**
 * Gives of what has come as many bytes as `whole` says. The rest is read again, and not kept: whoever goes on with a
 * torn journal cuts it off.
 */
async function* followed(
  path: string,
  options: FollowOptions,
  whole: (bytes: Buffer) => number,
): AsyncGenerator<Buffer> {
  let handle: FileHandle | undefined;
  try {
    let [at, size] = [0, chunkBytes];
    while (!options.signal.aborted) {
      // Asked before reading: what was written before the answer is then read too.
      const complete = await options.isComplete();
      if (!handle) {
        handle = await openIfThere(path);
        const { from = 0 } = options;
        if (handle) at = from < 0 ? Math.max(0, (await handle.stat()).size + from) : from;
      }
      const chunk = handle ? await readFrom(handle, at, size) : Buffer.alloc(0);
      const given = whole(chunk);
      if (given > 0) {
        [at, size] = [at + given, chunkBytes];
        yield chunk.subarray(0, given);
      } else if (chunk.length === size) size *= 2;
      else if (complete) return;
      else await sleep(pollMs, undefined, { signal: options.signal }).catch(() => {});
    }
  } finally {
    await handle?.close();
  }
}

async function readFrom(handle: FileHandle, at: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  const { bytesRead } = await handle.read(buffer, 0, size, at);
  return buffer.subarray(0, bytesRead);
}

/** A file, or what has come of it so far: a process's output is `<file>.part` until the process has ended. */
async function openIfThere(path: string): Promise<FileHandle | undefined> {
  for (const candidate of [path, `${path}.part`]) {
    try {
      return await open(candidate, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return undefined;
}
