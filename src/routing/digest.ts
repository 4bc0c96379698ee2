import { endOf, headOf } from "../text/shorten.ts";
import { readShownFile } from "../text/shown-file.ts";

/** Of a file that is longer than twice this, only its first and last bytes are read. */
const mostBytes = 4 * 1024 * 1024;
/** The longest hand-over with its heading, in characters. */
const longestHandOver = 5000;
const longestHeading = 500;
/** Lines that may be the heading of a hand-over. */
const mostHeadings = 50;

/** The head and the tail of an output as one text. */
export interface Digest {
  /** Printable, and at most as long as requested. */
  readonly text: string;
  /** The number of bytes between head and tail that were left out. */
  readonly cut: number;
}

/** An output as a terminal would show it, or its head and tail. */
export interface ShownOutput {
  readonly head: string;
  readonly tail: string;
  /** The length of the whole in characters. More than that of head and tail if there is something in between. */
  readonly length: number;
  readonly bytes: number;
}

/** Reads an output of any size for digests of at most `length` characters. Returns undefined if the file is missing. */
export async function readOutput(file: string, length: number): Promise<ShownOutput | undefined> {
  const most = length + longestHandOver;
  const shown = { head: "", tail: "", length: 0, bytes: 0 };
  const push = (text: string) => {
    const room = most - shown.head.length;
    shown.head += text.slice(0, room);
    shown.tail = (shown.tail + text.slice(room)).slice(-most);
    shown.length += text.length;
    shown.bytes += Buffer.byteLength(text);
  };
  const skipped = await readShownFile(file, { push, end() {} }, mostBytes);
  return skipped === undefined ? undefined : { ...shown, bytes: shown.bytes + skipped };
}

/**
 * The head and the tail of an output as a text of at most `length` characters. A line in the middle says how much was
 * cut. If the file is missing, the text says so.
 */
export function digestOf(output: ShownOutput | undefined, length: number): Digest {
  if (!output) return { text: "[the file is missing]".slice(0, length), cut: 0 };
  const { bytes, head, tail } = output;
  if (output.length <= length) {
    return { text: head + tail, cut: bytes - Buffer.byteLength(head) - Buffer.byteLength(tail) };
  }
  const half = halfLength(bytes, length);
  const [start, end] = [headOf(head, half), endOf(tail.length < half ? head + tail : tail, half)];
  const cut = bytes - Buffer.byteLength(start + end);
  const note = noteOf(cut);
  if (start === "" && end === "") return { text: note.length <= length ? note : "", cut };
  return { text: `${start}\n${note}\n${end}`, cut };
}

const noteOf = (bytes: number): string =>
  `[… ${bytes} bytes cut; the whole output is in the file named above …]`;

/** The length of head and tail each, beside the longest possible note and the newlines around it. */
const halfLength = (size: number, length: number): number =>
  Math.max(0, Math.floor((length - noteOf(size).length - 2) / 2));

/** Removes a hand-over and its heading from an output, for a text that already has it. */
export function withoutHandOver(output: ShownOutput, handOver: string): ShownOutput {
  const isWhole = output.length === output.head.length + output.tail.length;
  const text = isWhole ? output.head + output.tail : output.tail;
  // Of a long hand-over, a note says how much was cut.
  const said = handOver.replace(/\n\[… \d+ characters cut …\]$/, "");
  const headings = [...text.matchAll(/^.*hand-?over/gim)].map(({ index }) => index);
  for (const start of headings.slice(-mostHeadings).reverse()) {
    const at = text.indexOf(said, start);
    if (said === "" || at < 0 || at > start + longestHeading) continue;
    if (!/^.*hand-?over.*\s*$/i.test(text.slice(start, at))) continue;
    const rest =
      `${text.slice(0, start).trimEnd()}\n\n${text.slice(at + said.length).trimStart()}`.trimStart();
    const less = {
      length: text.length - rest.length,
      bytes: Buffer.byteLength(text) - Buffer.byteLength(rest),
    };
    return {
      head: isWhole ? rest : output.head,
      tail: isWhole ? "" : rest,
      length: output.length - less.length,
      bytes: output.bytes - less.bytes,
    };
  }
  return output;
}
