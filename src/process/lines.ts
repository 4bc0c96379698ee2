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

/** Reports only the last whole line of each piece, for progress: a stream may have millions of lines. */
export function lastLines(onLine: (line: string) => void): Watcher {
  return {
    push(bytes) {
      const end = bytes.lastIndexOf(10);
      if (end < 0) return;
      const start = end === 0 ? 0 : bytes.lastIndexOf(10, end - 1) + 1;
      const line = bytes.toString("utf8", start, Math.min(end, start + longestLine)).trim();
      if (line) onLine(line);
    },
    end() {},
  };
}
