import { createColors } from "picocolors";
import type { Colors } from "./reporter.ts";

/*
 * How a stream is written to. The first row that applies and has a yes or no decides. Empty variables are ignored, and
 * so is CLICOLOR, as picocolors does.
 *
 *                              colours                redrawn in place
 * NO_COLOR                     no                     -                   https://no-color.org
 * FORCE_COLOR                  yes, or no if it is 0  -
 * not a terminal               no                     no
 * TERM=dumb                    no                     no
 * CI, except 0 and false       -                      no
 * otherwise                    yes                    yes
 */

type Environment = Readonly<Record<string, string | undefined>>;
type Stream = Pick<NodeJS.WriteStream, "isTTY">;

/** The colours of a stream. If it has none, their functions return text unchanged. */
export function colorsFor(stream: Stream, env: Environment = process.env): Colors {
  if (env.NO_COLOR) return createColors(false);
  if (env.FORCE_COLOR) return createColors(env.FORCE_COLOR !== "0");
  return createColors(isTerminal(stream, env));
}

/** Returns whether a stream is a terminal that can be redrawn, with a person in front of it. */
export const isInteractive = (stream: Stream, env: Environment = process.env): boolean =>
  isTerminal(stream, env) && ["", "0", "false"].includes(env.CI ?? "");

const isTerminal = ({ isTTY }: Stream, { TERM }: Environment): boolean => isTTY === true && TERM !== "dumb";
