import { endsOfFile } from "../text/ends-of-file.ts";
import { printableLines } from "../text/printable.ts";

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
  const ends = await endsOfFile(file, (size) => {
    if (size <= chars) return { head: chars, tail: 0 };
    const half = halfOf(size, chars);
    return { head: half, tail: half };
  });
  if (!ends) return { text: "[there is no file]".slice(0, chars), cut: 0 };
  const { head, left_out: cut, tail } = ends;
  if (cut === 0) return { text: printableLines(head), cut };
  const note = noteOf(cut);
  if (head === "" && tail === "") return { text: note.length <= chars ? note : "", cut };
  return { text: `${printableLines(head)}\n${note}\n${printableLines(tail)}`, cut };
}

const noteOf = (bytes: number): string =>
  `[… ${bytes} bytes cut; the whole output is in the file named above …]`;

/** What is left for each of the two, with newlines around the note, which is at its longest where everything is cut. */
const halfOf = (size: number, chars: number): number =>
  Math.max(0, Math.floor((chars - noteOf(size).length - 2) / 2));
