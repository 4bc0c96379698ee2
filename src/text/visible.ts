import { printableAscii, Screen } from "./screen.ts";

/**
 * C0 and C1 controls other than tab and newline, line separators, marks that reorder or hide text, and invisible
 * characters that can carry a message.
 */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/gu;

/** Replaces each control that is left in a text by `mark`, at most one character, and lone surrogates by U+FFFD. */
export const withoutControls = (text: string, mark = ""): string =>
  printableAscii.test(text) ? text : text.replace(invisible, mark).replace(/\p{Surrogate}/gu, "\ufffd");

/** A character that is not visible. */
export const hidden = /\p{Default_Ignorable_Code_Point}/u;

/**
 * Removes every character that is not visible, also those that join letters or emoji, and makes every blank a space: what
 * is left can be compared.
 */
export const comparable = (text: string): string =>
  printableAscii.test(text)
    ? text
    : withoutControls(text)
        .replace(new RegExp(hidden, "gu"), "")
        .replace(/\p{Zs}/gu, " ");

/**
 * Untrusted text of any number of lines that is safe to show to people and models: no escape sequences, overwritten
 * frames of progress bars, controls other than newline and tab, reordering or lone surrogates. `mark`, at most one
 * character, replaces each removed control. Never longer than the original. Does not need Node, so that pages can
 * import it.
 */
export function visibleText(text: string, mark = ""): string {
  const shown: string[] = [];
  const screen = new Screen((part) => shown.push(part));
  screen.push(text);
  screen.end();
  return withoutControls(shown.join(""), mark);
}
