/** By which two titles are one: without regard to case, spaces and the marks of code. */
export const titleKey = (title: unknown): string =>
  String(title ?? "")
    .replace(/[`*]/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
