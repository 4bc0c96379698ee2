import { printable } from "./printable.ts";
import { shortened } from "./shorten.ts";

/** Untrusted text as one printable line of at most `length` characters. */
export const oneLine = (text: string, length = 500): string => shortened(printable(text).trim(), length);

/** The last line of a text that is not blank; empty if there is none. */
export const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";
