import { endsOfFile } from "../text/ends-of-file.ts";
import { visibleText } from "../text/visible.ts";

/** The head and the tail of a file. */
export interface Digest {
  /** Printable, and at most as long as requested. */
  readonly text: string;
  /** The number of bytes between head and tail that were left out. */
  readonly cut: number;
}

/**
 * Reads the head and the tail of a file of any size, and nothing in between, for a text of at most `length` characters.
 * A line in the middle says how much was cut. Each byte counts as a character, which UTF-8 never exceeds, so the text
 * may be shorter than it could be. If the file is missing, the text says so.
 */
export async function readDigest(file: string, length: number): Promise<Digest> {
  const ends = await endsOfFile(file, (size) => {
    if (size <= length) return { head: length, tail: 0 };
    const half = halfLength(size, length);
    return { head: half, tail: half };
  });
  if (!ends) return { text: "[the file is missing]".slice(0, length), cut: 0 };
  const { head, left_out: cut, tail } = ends;
  if (cut === 0) return { text: visibleText(head), cut };
  const note = noteOf(cut);
  if (head === "" && tail === "") return { text: note.length <= length ? note : "", cut };
  return { text: `${visibleText(head)}\n${note}\n${visibleText(tail)}`, cut };
}

const noteOf = (bytes: number): string =>
  `[… ${bytes} bytes cut; the whole output is in the file named above …]`;

/** The length of head and tail each, beside the longest possible note and the newlines around it. */
const halfLength = (size: number, length: number): number =>
  Math.max(0, Math.floor((length - noteOf(size).length - 2) / 2));
