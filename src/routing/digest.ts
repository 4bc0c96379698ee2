import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { printableLines } from "../printable.ts";

/** The head and the tail of a file. */
export interface Digest {
  /** Cleaned; at most as many characters as were asked for. */
  readonly text: string;
  /** How many bytes of the file between head and tail are left out. */
  readonly cut: number;
}

/**
 * Reads the head and the tail of a file of any size, and nothing between them. A line in the middle says what was
 * cut. A byte is counted as a character, which UTF-8 never exceeds, so the text can be shorter than it might be. A
 * file that is not there is said to be so in the text.
 */
export async function readDigest(file: string, chars: number): Promise<Digest> {
  // Without blocking: what lies at the path may be a pipe that nobody writes to.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  try {
    const facts = await handle?.stat();
    if (!handle || !facts?.isFile()) return { text: "[there is no file]".slice(0, chars), cut: 0 };
    if (facts.size <= chars) return { text: cleaned(await bytesAt(handle, 0, facts.size)), cut: 0 };
    return await headAndTail(handle, facts.size, chars);
  } finally {
    await handle?.close();
  }
}

const noteOf = (bytes: number): string =>
  `[… ${bytes} bytes cut; the whole output is in the file named above …]`;

async function headAndTail(handle: FileHandle, size: number, chars: number): Promise<Digest> {
  // With newlines around the note, which is at its longest where everything is cut.
  const half = Math.floor((chars - noteOf(size).length - 2) / 2);
  if (half <= 0) return { text: noteOf(size).length <= chars ? noteOf(size) : "", cut: size };
  const head = wholeAtEnd(await bytesAt(handle, 0, half));
  const tail = wholeAtStart(await bytesAt(handle, size - half, half));
  const cut = size - head.length - tail.length;
  return { text: `${cleaned(head)}\n${noteOf(cut)}\n${cleaned(tail)}`, cut };
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Invalid bytes become U+FFFD. */
const cleaned = (bytes: Buffer): string => printableLines(bytes.toString("utf8"));

const isInner = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Without a character at the end of which only the beginning is there. */
function wholeAtEnd(bytes: Buffer): Buffer {
  let start = bytes.length - 1;
  while (start > bytes.length - 4 && isInner(bytes[start])) start -= 1;
  const first = bytes[start] ?? 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return start + length > bytes.length ? bytes.subarray(0, start) : bytes;
}

/** Without the rest of a character at the start of which the beginning is missing. */
function wholeAtStart(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && isInner(bytes[start])) start += 1;
  return bytes.subarray(start);
}
