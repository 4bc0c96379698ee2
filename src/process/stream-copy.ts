import { type FileHandle, rename, rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { createPrivateFile } from "../text/private-files.ts";
import type { Watcher } from "./lines.ts";

/** Milliseconds of one round of waiting for a pipe that a process outside the tree holds open. */
const pipeRoundMs = 250;
/** The pipe is dropped after this many silent rounds, or after this many in total. */
const rounds = { silent: 2, total: 20 };

/** The file that a stream is copied to: under `<path>.part` until it is complete. */
export interface CopyFile {
  readonly path: string;
  readonly handle: FileHandle;
}

/** Opens a file to copy a stream to. Throws the error of the file system. */
export const openCopy = async (path: string): Promise<CopyFile> => ({
  path,
  handle: await createPrivateFile(`${path}.part`),
});

/** Removes a file that nothing was copied to. */
export async function discardCopy({ path, handle }: CopyFile): Promise<void> {
  await handle.close();
  await rm(`${path}.part`, { force: true });
}

/** Copies a stream into a file. Without a file it is only watched. */
export class StreamCopy {
  bytes = 0;
  /** The monotonic time of the last piece, or of the beginning. */
  lastAt = performance.now();
  /** Whether a piece is being written to disk: the stream may be slow then, but it is not silent. */
  isWriting = false;
  /** Resolves once the stream has ended and the file is in place, with the error if there was one. */
  readonly done: Promise<Error | undefined>;
  private isDropped = false;
  private release = () => {};
  private readonly released = new Promise<undefined>((resolve) => {
    this.release = () => resolve(undefined);
  });

  constructor(
    private readonly stream: Readable,
    file: CopyFile | undefined,
    watcher: Watcher | undefined,
    /** Whether `leave` may be called. */
    private readonly canBeLeft = false,
  ) {
    this.done = (file === undefined ? this.read(watcher) : this.save(file, watcher)).then(
      () => undefined,
      (error: Error) => {
        stream.destroy();
        return error;
      },
    );
  }

  /** Stops reading a stream that does not end. Keeps what has come so far. */
  drop(): void {
    this.isDropped = true;
    this.stream.destroy();
  }

  /** Completes the file while the stream is still open, and throws away what comes later: its writers can go on. */
  leave(): void {
    this.release();
    // They must not keep this program alive either.
    (this.stream as Readable & { unref?: () => void }).unref?.();
  }

  private async save({ path, handle }: CopyFile, watcher: Watcher | undefined): Promise<void> {
    try {
      await this.read(watcher, handle);
    } finally {
      await handle.close();
      await rename(`${path}.part`, path);
    }
  }

  private async read(watcher: Watcher | undefined, handle?: FileHandle): Promise<void> {
    const pieces = this.stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
    try {
      for (;;) {
        const next = this.canBeLeft
          ? await Promise.race([pieces.next(), this.released])
          : await pieces.next();
        if (next === undefined) void discard(pieces);
        if (!next || next.done) break;
        const chunk = next.value;
        this.bytes += chunk.length;
        this.lastAt = performance.now();
        watcher?.push(chunk);
        this.isWriting = true;
        await handle?.writeFile(chunk);
        this.isWriting = false;
      }
    } catch (error) {
      if (!this.isDropped) throw error;
    }
    watcher?.end();
  }
}

async function discard(pieces: AsyncIterator<Buffer, undefined>): Promise<void> {
  try {
    while (!(await pieces.next()).done);
  } catch {
    // The stream was destroyed.
  }
}

/**
 * Waits until the copies are done. Resolves with the error of the first that failed, if one did. With `keepsReading`,
 * pipes that stay open are read on, and their processes are not disturbed.
 */
export async function finishCopies(
  copies: readonly StreamCopy[],
  { keepsReading = false }: { readonly keepsReading?: boolean } = {},
): Promise<Error | undefined> {
  const all = Promise.all(copies.map(({ done }) => done));
  const bytes = () => copies.reduce((sum, copy) => sum + copy.bytes, 0);
  // Two silent rounds in place of one long one: if a timer fires late on a busy machine, nothing was read before it.
  for (let round = 0, silent = 0; round < rounds.total && silent < rounds.silent; round += 1) {
    const before = bytes();
    const results = await Promise.race([all, wait(pipeRoundMs, undefined, { ref: false })]);
    if (results) return results.find((error) => error !== undefined);
    silent = bytes() > before || copies.some(({ isWriting }) => isWriting) ? 0 : silent + 1;
  }
  // A process that still holds a pipe does not belong to the tree.
  for (const copy of copies) keepsReading ? copy.leave() : copy.drop();
  return (await all).find((error) => error !== undefined);
}
