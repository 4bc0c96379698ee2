import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Excerpt } from "../../schemas/run-report.ts";
import { patiently } from "./shortage.ts";

/**
 * Reads the head and the tail of a file of any size. `most` returns how many bytes of each to read, given the file's
 * size; a file that is no longer than both is returned whole, as `head`. Invalid bytes become U+FFFD. Returns undefined
 * if the file does not exist, is a link or is not a regular one.
 */
export async function endsOfFile(
  path: string,
  most: (size: number) => { readonly head: number; readonly tail: number },
): Promise<Excerpt | undefined> {
  const file = await openRegularFile(path);
  if (!file) return undefined;
  const { handle, size } = file;
  try {
    const { head: headBytes, tail: tailBytes } = most(size);
    if (size <= headBytes + tailBytes) {
      return { head: (await readBytes(handle, 0, size)).toString("utf8"), left_out: 0, tail: "" };
    }
    const head = withoutTornEnd(await readBytes(handle, 0, headBytes));
    const tail = withoutTornStart(await readBytes(handle, size - tailBytes, tailBytes));
    return {
      head: head.toString("utf8"),
      left_out: size - head.length - tail.length,
      tail: tail.toString("utf8"),
    };
  } finally {
    await handle.close();
  }
}

/** Opens a file for reading. Returns undefined if it does not exist, is a link or is not a regular one. */
export async function openRegularFile(
  path: string,
): Promise<{ readonly handle: FileHandle; readonly size: number } | undefined> {
  // Non-blocking, since an agent may have put a pipe there that nobody writes to.
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW;
  const handle = await patiently(() => open(path, flags)).catch(() => undefined);
  const facts = await handle?.stat();
  if (handle && facts?.isFile()) return { handle, size: facts.size };
  await handle?.close();
  return undefined;
}

async function readBytes(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = length === 0 ? { bytesRead: 0 } : await handle.read(buffer, 0, length, from);
  return buffer.subarray(0, bytesRead);
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Removes the rest of a character that begins before these bytes. */
function withoutTornStart(bytes: Buffer): Buffer {
  let from = 0;
  while (from < 3 && isContinuation(bytes[from])) from += 1;
  return bytes.subarray(from);
}

/** Removes a character that ends after these bytes. */
function withoutTornEnd(bytes: Buffer): Buffer {
  let last = bytes.length - 1;
  while (last > bytes.length - 4 && isContinuation(bytes[last])) last -= 1;
  const lead = bytes[last] ?? 0;
  const length = utf8Length(lead);
  return last + length > bytes.length ? bytes.subarray(0, Math.max(last, 0)) : bytes;
}

/** The length of a character in bytes, by its first one. */
function utf8Length(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}
