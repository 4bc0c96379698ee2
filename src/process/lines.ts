import { StringDecoder } from "node:string_decoder";

/** How long a line may be before the rest of it is dropped, in characters. */
export const longestLine = 64 * 1024;

/**
 * Splits bytes that come in pieces into lines of text, in bounded memory: what of a line is over `cap` characters is
 * dropped. Invalid UTF-8 becomes U+FFFD. `end` gives a last line that no newline closed.
 */
export function lineSplitter(
  onLine: (line: string) => void,
  cap = longestLine,
): { push: (bytes: Buffer) => void; end: () => void } {
  const decoder = new StringDecoder("utf8");
  let held = "";
  const push = (text: string) => {
    let from = 0;
    for (let newline = text.indexOf("\n"); newline >= 0; newline = text.indexOf("\n", from)) {
      onLine((held + text.slice(from, Math.min(newline, from + cap))).slice(0, cap).replace(/\r$/, ""));
      held = "";
      from = newline + 1;
    }
    if (held.length < cap) held += text.slice(from, from + cap - held.length);
  };
  return {
    push: (bytes) => push(decoder.write(bytes)),
    end: () => {
      push(decoder.end());
      if (held) onLine(held);
    },
  };
}

/** Gives only the last whole line of each piece: what is wanted of a stream that may write millions of them. */
export function lastLines(onLine: (line: string) => void): {
  push: (bytes: Buffer) => void;
  end: () => void;
} {
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
