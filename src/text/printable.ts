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

/** OSC, DCS and other terminal strings, if they end on their line. `\u009d` is ESC ] in one character. */
const terminalString =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\n\u0080-\u009f]*(?:\u0007|\u001b\\|\u009c)/g;
/** All other escape sequences, such as colours and cursor movements. */
const escapeSequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
/** Like `unprintable`, but without newlines and surrogates. */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/gu;

/**
 * Untrusted text of any number of lines that is safe to show to people and models: no escape sequences, controls other
 * than newline and tab, reordering or lone surrogates. Never longer than the original.
 */
export const printableLines = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(terminalString, "")
    .replace(escapeSequence, "")
    .replace(invisible, "")
    .replace(/\p{Surrogate}/gu, "\ufffd");

/** Untrusted text in double quotes for a message: on one line, and at most 60 characters. */
export const quoted = (text: string): string => JSON.stringify(shortened(text, 60));

/** A value as JSON with a final newline. It contains no commands for CI servers, and parses to the same value. */
export const jsonText = (value: unknown, indent = 2): string =>
  `${JSON.stringify(value, null, indent).replaceAll(commandAnywhere, "\\u0023")}\n`;

/** Untrusted text as one word of a shell command. */
export const shellWord = (text: string): string => shellQuoted(printable(text));
