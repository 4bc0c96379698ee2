import { printable } from "./printable.ts";
import { shortened } from "./shorten.ts";

/** Untrusted text as one printable line of at most `length` characters. */
export const oneLine = (text: string, length = 500): string => shortened(printable(text).trim(), length);
