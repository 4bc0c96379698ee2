import { stripVTControlCharacters } from "node:util";

/** C0 and C1 controls, line separators, and the marks that reorder or hide text. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Untrusted text as one line that a terminal shows as it is: no escape sequences, no controls, no reordering. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\r\n\t]+/g, " ").replaceAll(unprintable, "\ufffd");
}
