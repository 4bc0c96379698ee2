import { printable } from "../printable.ts";

/** OSC, DCS and other strings for a terminal: whole where they end on their line. `\u009d` is one character for ESC ]. */
const terminalString =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\n\u0080-\u009f]*(?:\u0007|\u001b\\|\u009c)/g;
/** Colours, cursor moves and all other escape sequences. */
const escapeSequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
/** Controls but for tab and newline; marks that reorder or hide text; invisible characters that can carry a text. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/gu;

/**
 * Untrusted text of many lines as people and models can see it: no escape sequences, no controls but newline and tab,
 * no reordering, no lone surrogates. Never longer than the text that it is given.
 */
export const printableLines = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(terminalString, "")
    .replace(escapeSequence, "")
    .replace(unprintable, "")
    .replace(/\p{Surrogate}/gu, "\ufffd");

const longestTitle = 200;

/** Text for a heading or a list: one line of at most 200 characters. */
export function titleLine(text: string): string {
  const line = printable(text).trim();
  if (line.length <= longestTitle) return line;
  return `${line.slice(0, longestTitle - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
