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
export async function* follow(path: string, options: FollowOptions): AsyncGenerator<Buffer> {
  let handle: FileHandle | undefined;
  try {
    let at = 0;
    while (!options.signal.aborted) {
      // Asked before reading: what was written before the answer is then read too.
      const complete = await options.isComplete();
      if (!handle) {
        handle = await openIfThere(path);
        const { from = 0 } = options;
        if (handle) at = from < 0 ? Math.max(0, (await handle.stat()).size + from) : from;
      }
      const chunk = handle && (await readFrom(handle, at));
      if (chunk && chunk.length > 0) {
        at += chunk.length;
        yield chunk;
      } else if (complete) return;
      else await sleep(pollMs, undefined, { signal: options.signal }).catch(() => {});
    }
  } finally {
    await handle?.close();
  }
}

/** The complete lines of a file as it grows, as many at a time as were there; one without its newline is not read. */
export async function* followLines(path: string, options: FollowOptions): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of follow(path, options)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
  }
}

async function readFrom(handle: FileHandle, at: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const { bytesRead } = await handle.read(buffer, 0, chunkBytes, at);
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
