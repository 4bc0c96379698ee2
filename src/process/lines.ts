import { StringDecoder } from "node:string_decoder";
import { longestLine, textLines } from "../text/text-lines.ts";

/** Takes the bytes of a stream in pieces as they come. */
export interface Watcher {
  readonly push: (bytes: Buffer) => void;
  /** Called at the end of the stream. */
  readonly end: () => void;
}

/** Splits a stream into lines as `textLines` does. Invalid UTF-8 becomes U+FFFD. */
export function lineSplitter(onLine: (line: string) => void, cap = longestLine): Watcher {
  const decoder = new StringDecoder("utf8");
  const lines = textLines(onLine, cap);
  return {
    push: (bytes) => lines.push(decoder.write(bytes)),
    end: () => {
      lines.push(decoder.end());
      lines.end();
    },
  };
}

/**
 * Reports only the last line of each piece that has ended, for progress: a stream may have millions of lines. The frames of
 * a progress bar are lines, too.
 */
export function lastLines(onLine: (line: string) => void): Watcher {
  const lastEnd = (bytes: Buffer, from: number) =>
    from < 0 ? -1 : Math.max(bytes.lastIndexOf(10, from), bytes.lastIndexOf(13, from));
  return {
    push(bytes) {
      let end = lastEnd(bytes, bytes.length - 1);
      // The end of a line of Windows' is one.
      if (end > 0 && bytes[end - 1] === 13) end -= 1;
      if (end < 0) return;
      const start = lastEnd(bytes, end - 1) + 1;
      const line = bytes.toString("utf8", start, Math.min(end, start + longestLine)).trim();
      if (line) onLine(line);
    },
    end() {},
  };
}
