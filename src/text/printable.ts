import { stripVTControlCharacters } from "node:util";
import { shellQuoted } from "./shell-quoted.ts";
import { shortened } from "./shorten.ts";

/**
 * C0 and C1 controls except tab, line separators, characters that reorder or hide text, invisible characters that can
 * carry a hidden text, and lone surrogates.
 */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}\p{Surrogate}]/gu;

/**
 * The start of a command in a CI server's log: `##[` and the like anywhere (GitHub, Azure, TeamCity), `::` at the start
 * of a line (GitHub). GitHub's runner ignores characters that are not visible.
 */
const commandAnywhere = /#(?=\p{DI}*#\p{DI}*\w*\[)/gu;
const commandAtLineStart = /:(?<=^[\s\p{DI}]*:)(?=\p{DI}*:)/gmu;

/**
 * Untrusted text as one line that is safe to print to a terminal or a CI server's log: no escape sequences, controls,
 * reordering or commands.
 */
export function printable(text: string): string {
  const line = stripVTControlCharacters(text).replaceAll(/[\r\n\t]+/g, " ");
  return sameWidth(line).replaceAll(commandAtLineStart, "\ufffd");
}

/** Untrusted text with unsafe characters replaced one by one, so that columns stay the same. Tabs are kept. */
export const sameWidth = (text: string): string =>
  text
    .replaceAll(unprintable, (found) => "\ufffd".repeat(found.length))
    .replaceAll(commandAnywhere, "\ufffd");

/** Text of any number of lines, without commands for CI servers. */
export const inert = (text: string): string =>
  text.replaceAll(commandAnywhere, "\ufffd").replaceAll(commandAtLineStart, "\ufffd");

/** Untrusted text in double quotes for a message: on one line, and at most 60 characters. */
export const quoted = (text: string): string => JSON.stringify(shortened(text, 60));

/** A value as JSON with a final newline. It contains no commands for CI servers, and parses to the same value. */
export const jsonText = (value: unknown, indent = 2): string =>
  `${JSON.stringify(value, null, indent).replaceAll(commandAnywhere, "\\u0023")}\n`;

/** Untrusted text as one word of a shell command. */
export const shellWord = (text: string): string => shellQuoted(printable(text));
