/** Characters after which the rest of a line is dropped. */
export const longestLine = 64 * 1024;

/** Takes a text in pieces as they come. */
export interface TextReader {
  readonly push: (text: string) => void;
  /** Called at the end of the text. */
  readonly end: () => void;
}

/**
 * Splits a text into lines, in bounded memory: characters of a line beyond `cap` are dropped. A last line without a
 * newline counts as a line.
 */
export function textLines(onLine: (line: string) => void, cap = longestLine): TextReader {
  let partial = "";
  return {
    push(text) {
      let from = 0;
      for (let newline = text.indexOf("\n"); newline >= 0; newline = text.indexOf("\n", from)) {
        onLine((partial + text.slice(from, Math.min(newline, from + cap))).slice(0, cap).replace(/\r$/, ""));
        partial = "";
        from = newline + 1;
      }
      if (partial.length < cap) partial += text.slice(from, from + cap - partial.length);
    },
    end() {
      if (partial) onLine(partial);
    },
  };
}
