import { createColors } from "picocolors";
import type { Colors } from "../report/reporter.ts";

/** Colours for a stream: only on a terminal, and not where NO_COLOR says so. */
export function colorsFor(stream: NodeJS.WriteStream): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return createColors(false);
  return createColors(
    Boolean(FORCE_COLOR && FORCE_COLOR !== "0") || (stream.isTTY === true && TERM !== "dumb"),
  );
}

/** A terminal on which lines can be redrawn. */
export const isInteractive = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && process.env.TERM !== "dumb" && !process.env.CI;
