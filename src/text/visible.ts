/** OSC, DCS and other terminal strings, if they end on their line. `\u009d` is ESC ] in one character. */
const terminalString =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\n\u0080-\u009f]*(?:\u0007|\u001b\\|\u009c)/g;
/** All other escape sequences, such as colours and cursor movements. */
const escapeSequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
/**
 * C0 and C1 controls other than tab and newline, line separators, marks that reorder or hide text, and invisible
 * characters that can carry a message.
 */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/gu;

/**
 * Untrusted text of any number of lines that is safe to show to people and models: no escape sequences, controls other
 * than newline and tab, reordering or lone surrogates. `mark`, at most one character, replaces each removed control.
 * Never longer than the original. Does not need Node, so that pages can import it.
 */
export const visibleText = (text: string, mark = ""): string =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(terminalString, "")
    .replace(escapeSequence, "")
    .replace(invisible, mark)
    .replace(/\p{Surrogate}/gu, "\ufffd");
