import { oneLine } from "../text/one-line.ts";

/** Text for a heading or a list: one line of at most 200 characters. */
export const titleLine = (text: string): string => oneLine(text, 200);
