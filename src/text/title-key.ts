/** A key that is the same for titles that differ only in case, spaces, backticks and asterisks. */
export const titleKey = (title: unknown): string =>
  String(title ?? "")
    .replace(/[`*]/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
