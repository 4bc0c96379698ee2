import { listed } from "./list.ts";

/** What was ended because a task had left it running, in words, by command line. */
export const endedText = (commands: readonly string[]): string =>
  `ended ${commands.length === 1 ? "1 process" : `${commands.length} processes`} left running: ${listed(commands, { most: 3 })}`;
