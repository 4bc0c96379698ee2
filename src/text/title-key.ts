import { withoutStatusMarks } from "./status-marks.ts";

/** A key that is the same for titles that differ only in case, spaces, backticks, asterisks and marks of their state. */
export const titleKey = (title: unknown): string =>
  withoutStatusMarks(
    String(title ?? "")
      .replace(/[`*~]/g, "")
      .replace(/\s+/g, " ")
      .trim(),
  ).toLowerCase();
