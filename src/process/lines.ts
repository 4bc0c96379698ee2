import { StringDecoder } from "node:string_decoder";

/** Characters after which the rest of a line is dropped. */
export const longestLine = 64 * 1024;

/** Takes the bytes of a stream in pieces as they come. */
export interface Watcher {
  readonly push: (bytes: Buffer) => void;
  /** Called at the end of the stream. */
  readonly end: () => void;
}

/**
 * Splits a stream into lines of text, in bounded memory: characters of a line beyond `cap` are dropped. Invalid UTF-8
 * becomes U+FFFD. A last line without a newline counts as a line.
 */
export function lineSplitter(onLine: (line: string) => void, cap = longestLine): Watcher {
  const decoder = new StringDecoder("utf8");
  let partial = "";
  const push = (text: string) => {
    let from = 0;
    for (let newline = text.indexOf("\n"); newline >= 0; newline = text.indexOf("\n", from)) {
      onLine((partial + text.slice(from, Math.min(newline, from + cap))).slice(0, cap).replace(/\r$/, ""));
      partial = "";
      from = newline + 1;
    }
    if (partial.length < cap) partial += text.slice(from, from + cap - partial.length);
  };
  return {
    push: (bytes) => push(decoder.write(bytes)),
    end: () => {
      push(decoder.end());
      if (partial) onLine(partial);
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
