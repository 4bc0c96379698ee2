import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Excerpt } from "../../schemas/run-report.ts";

/**
 * The beginning and the end of a file of any size, of as many bytes each as `most` says for that size; a file that is
 * not longer than both is its `head` alone. Invalid bytes become U+FFFD. Nothing where there is no file, or something
 * that is none.
 */
export async function endsOfFile(
  path: string,
  most: (size: number) => { readonly head: number; readonly tail: number },
): Promise<Excerpt | undefined> {
  // Without blocking: what an agent has put there may be a pipe that nobody writes to.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (!handle) return undefined;
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) return undefined;
    const { size } = facts;
    const { head: ofHead, tail: ofTail } = most(size);
    if (size <= ofHead + ofTail) {
      return { head: (await part(handle, 0, size)).toString("utf8"), left_out: 0, tail: "" };
    }
    const head = withoutTornEnd(await part(handle, 0, ofHead));
    const tail = withoutTornStart(await part(handle, size - ofTail, ofTail));
    return {
      head: head.toString("utf8"),
      left_out: size - head.length - tail.length,
      tail: tail.toString("utf8"),
    };
  } finally {
    await handle.close();
  }
}

async function part(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = length === 0 ? { bytesRead: 0 } : await handle.read(buffer, 0, length, from);
  return buffer.subarray(0, bytesRead);
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Without the rest of a character that began before it. */
function withoutTornStart(bytes: Buffer): Buffer {
  let from = 0;
  while (from < 3 && isContinuation(bytes[from])) from += 1;
  return bytes.subarray(from);
}

/** Without a character whose rest comes after it. */
function withoutTornEnd(bytes: Buffer): Buffer {
  let last = bytes.length - 1;
  while (last > bytes.length - 4 && isContinuation(bytes[last])) last -= 1;
  const lead = bytes[last] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return last + length > bytes.length ? bytes.subarray(0, Math.max(last, 0)) : bytes;
}
