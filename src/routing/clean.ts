import { printable } from "../text/printable.ts";

const longestTitle = 200;

/** Text for a heading or a list: one line of at most 200 characters. */
export function titleLine(text: string): string {
  const line = printable(text).trim();
  if (line.length <= longestTitle) return line;
  return `${line.slice(0, longestTitle - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
