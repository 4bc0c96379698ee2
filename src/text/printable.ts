import { stripVTControlCharacters } from "node:util";
import { shellQuoted } from "./shell-quoted.ts";
import { shortened } from "./shorten.ts";

/**
 * C0 and C1 controls, line separators, marks that reorder or hide text, invisible characters that can carry one, and
 * halves of characters. Tabs are not among them.
 */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}\p{Surrogate}]/gu;

/**
 * What begins a command in a CI server's log: `##[` and its kin anywhere (GitHub, Azure, TeamCity), `::` where a line
 * begins (GitHub). GitHub's runner compares as people read: what is not seen does not count.
 */
const anywhere = /#(?=\p{DI}*#\p{DI}*\w*\[)/gu;
const atLineStart = /:(?<=^[\s\p{DI}]*:)(?=\p{DI}*:)/gmu;

/**
 * Untrusted text as one line that a terminal, or a CI server's log, shows as it is: no escape sequences, no controls,
 * no reordering, no commands.
 */
export function printable(text: string): string {
  const line = stripVTControlCharacters(text).replaceAll(/[\r\n\t]+/g, " ");
  return sameWidth(line).replaceAll(atLineStart, "\ufffd");
}

/** Untrusted text with each control replaced by as many characters, so that columns stay what they are; tabs stay too. */
export const sameWidth = (text: string): string =>
  text.replaceAll(unprintable, (found) => "\ufffd".repeat(found.length)).replaceAll(anywhere, "\ufffd");

/** Text of many lines in which no CI server finds a command. */
export const inert = (text: string): string =>
  text.replaceAll(anywhere, "\ufffd").replaceAll(atLineStart, "\ufffd");

/** OSC, DCS and other strings for a terminal: whole where they end on their line. `\u009d` is one character for ESC ]. */
const terminalString =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\n\u0080-\u009f]*(?:\u0007|\u001b\\|\u009c)/g;
/** Colours, cursor moves and all other escape sequences. */
const escapeSequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
/** As `unprintable`, but for newlines and halves of characters. */
const invisible =
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
    .replace(invisible, "")
    .replace(/\p{Surrogate}/gu, "\ufffd");

/** Untrusted text in double quotes, as it can stand in a message: on one line, and short. */
export const quoted = (text: string): string => JSON.stringify(shortened(text, mostQuoted));

const mostQuoted = 60;

/** A value as JSON, ended by a newline, that holds no CI server's command either; the same value when it is read. */
export const jsonText = (value: unknown, indent = 2): string =>
  `${JSON.stringify(value, null, indent).replaceAll(anywhere, "\\u0023")}\n`;

/** Untrusted text as one word of a shell's command line. */
export const shellWord = (text: string): string => shellQuoted(printable(text));
