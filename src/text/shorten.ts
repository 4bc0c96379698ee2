/** The first `length` characters of a text, or one fewer if that would split a surrogate pair. */
export const headOf = (text: string, length: number): string =>
  text.slice(0, length).replace(/[\ud800-\udbff]$/, "");

/** A text of at most `length` characters. A longer one is cut, and ends with `…`. */
export const shortened = (text: string, length: number): string =>
  text.length > length ? `${headOf(text, length - 1)}…` : text;

/** The last `length` characters of a text, or one fewer if that would split a surrogate pair. */
export const endOf = (text: string, length: number): string =>
  length === 0 ? "" : text.slice(-length).replace(/^[\udc00-\udfff]/, "");
