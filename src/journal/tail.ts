import { type FileHandle, open, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** How long to wait at the end of a file before looking for more. */
const pollMs = 120;
const chunkBytes = 256 * 1024;
/** How much of what was read must come before the same place in a file that has replaced the one that was read. */
const overlapBytes = 256;

export interface TailOptions {
  /** Where to begin, in bytes; a negative number counts from the end of the file. */
  readonly from?: number;
  /** Whether the file is complete: then reading ends with its last byte. */
  readonly isComplete: () => boolean | Promise<boolean>;
  readonly signal: AbortSignal;
}

/**
 * Yields the bytes of a file as it grows, once it is there. Ends when the file is complete or the signal is aborted.
 * Throws the error of the file system.
 */
export const tailFile = (path: string, options: TailOptions): AsyncGenerator<Buffer> =>
  tail(path, options, (bytes) => bytes.length);

/** Yields the complete lines of a file as it grows, as many at a time as there are. */
export async function* tailLines(path: string, options: TailOptions): AsyncGenerator<string[]> {
  const endOfLines = (bytes: Buffer) => bytes.lastIndexOf(10) + 1;
  for await (const lines of tail(path, options, endOfLines)) {
    yield lines.toString("utf8", 0, lines.length - 1).split("\n");
  }
}

/**
 * Yields as many of the new bytes as `countOf` says. The rest is read again and not kept, since a resume cuts an
 * incomplete line off. Goes over to a file that takes the place of the one that is read if it continues it: a journal
 * may be written anew.
 */
async function* tail(
  path: string,
  options: TailOptions,
  countOf: (bytes: Buffer) => number,
): AsyncGenerator<Buffer> {
  let handle: FileHandle | undefined;
  try {
    let [at, size] = [0, chunkBytes];
    let overlap = Buffer.alloc(0);
    while (!options.signal.aborted) {
      // Asked before reading, so that what was written before the answer is read too.
      const complete = await options.isComplete();
      if (!handle) {
        handle = await openIfExists(path);
        const { from = 0 } = options;
        if (handle) at = from < 0 ? Math.max(0, (await handle.stat()).size + from) : from;
      }
      const chunk = handle ? await readFrom(handle, at, size) : Buffer.alloc(0);
      const count = countOf(chunk);
      if (count > 0) {
        [at, size] = [at + count, chunkBytes];
        overlap = Buffer.from(chunk.subarray(Math.max(0, count - overlapBytes), count));
        yield chunk.subarray(0, count);
        continue;
      }
      if (chunk.length === size) {
        size *= 2;
        continue;
      }
      const replacement = handle && (await replacementOf(path, handle, at, overlap));
      if (replacement) {
        await handle?.close();
        handle = replacement;
      } else if (complete) return;
      else await sleep(pollMs, undefined, { signal: options.signal }).catch(() => {});
    }
  } finally {
    await handle?.close();
  }
}

/** Opens another file that now lies at the path, if it has the same bytes before `at` as the one that was read. */
async function replacementOf(
  path: string,
  handle: FileHandle,
  at: number,
  overlap: Buffer,
): Promise<FileHandle | undefined> {
  const now = await stat(path).catch(() => undefined);
  if (!now || now.ino === (await handle.stat()).ino) return undefined;
  const other = await open(path, "r").catch(() => undefined);
  const before = await other?.read(Buffer.alloc(overlap.length), 0, overlap.length, at - overlap.length);
  if (before?.buffer.equals(overlap)) return other;
  await other?.close();
  return undefined;
}

async function readFrom(handle: FileHandle, at: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  const { bytesRead } = await handle.read(buffer, 0, size, at);
  return buffer.subarray(0, bytesRead);
}

/** Opens a file, or `<file>.part`, which holds a process's output until the process ends. */
async function openIfExists(path: string): Promise<FileHandle | undefined> {
  for (const candidate of [path, `${path}.part`]) {
    try {
      return await open(candidate, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return undefined;
}
