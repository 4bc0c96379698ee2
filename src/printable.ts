import { stripVTControlCharacters } from "node:util";

/**
 * C0 and C1 controls, line separators, marks that reorder or hide text, invisible characters that can carry one, and
 * halves of characters. Tabs are not among them.
 */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}\p{Surrogate}]/gu;

/** Untrusted text as one line that a terminal shows as it is: no escape sequences, no controls, no reordering. */
export function printable(text: string): string {
  return sameWidth(stripVTControlCharacters(text).replaceAll(/[\r\n\t]+/g, " "));
}

/** Untrusted text with each control replaced by as many characters, so that columns stay what they are; tabs stay too. */
export const sameWidth = (text: string): string =>
  text.replaceAll(unprintable, (found) => "\ufffd".repeat(found.length));

/** Untrusted text in double quotes, as it can stand in a message: on one line, and short. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > mostQuoted ? `${text.slice(0, mostQuoted - 1)}…` : text);
const mostQuoted = 60;
