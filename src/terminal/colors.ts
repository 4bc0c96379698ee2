import { createColors } from "picocolors";
import type { Colors } from "./reporter.ts";

/*
 * What decides how a stream is written to. A variable counts where it is set and not empty.
 *
 *                              colours          redrawn in place
 * NO_COLOR                     no               as without it      https://no-color.org
 * FORCE_COLOR                  yes, but 0: no   as without it      NO_COLOR goes before it
 * the stream is no terminal    no               no
 * TERM=dumb                    no               no
 * CI, but 0 and false          as without it    no
 * none of them                 yes              yes
 *
 * The first line that says yes or no decides. As with picocolors, whose colours these are, CLICOLOR is not looked at.
 */

type Environment = Readonly<Record<string, string | undefined>>;
type Stream = Pick<NodeJS.WriteStream, "isTTY">;

/** Colours for a stream; where it is to have none, they leave text as it is. */
export function colorsFor(stream: Stream, env: Environment = process.env): Colors {
  if (env.NO_COLOR) return createColors(false);
  if (env.FORCE_COLOR) return createColors(env.FORCE_COLOR !== "0");
  return createColors(isTerminal(stream, env));
}

/** Whether a stream is a terminal on which lines are redrawn, and before which a person may sit. */
export const isInteractive = (stream: Stream, env: Environment = process.env): boolean =>
  isTerminal(stream, env) && ["", "0", "false"].includes(env.CI ?? "");

const isTerminal = ({ isTTY }: Stream, { TERM }: Environment): boolean => isTTY === true && TERM !== "dumb";
