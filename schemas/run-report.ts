import type { RunStatus, TaskStatus } from "./run-status.ts";

/** The formats of a report: markdown for a pull request, JUnit XML, GitHub Actions annotations, a page. */
export const reportFormats = ["markdown", "junit", "github", "html"] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** The beginning and the end of a text, and the number of bytes left out between them. */
export interface Excerpt {
  readonly head: string;
  readonly left_out: number;
  readonly tail: string;
}

export interface TaskReport extends TaskStatus {
  /** Where the plan has its heading, or else where the manifest has the task; lines count from 1. */
  readonly place: { readonly file: string; readonly line: number } | null;
  /** If it did not pass: the end of the output of its last attempt, or of the `verify` command that failed. */
  readonly said: readonly { readonly name: string; readonly text: Excerpt }[];
}

/** What a report tells about a run, as `report --json` prints it. */
export interface RunReport extends RunStatus {
  readonly written: string;
  readonly tasks: readonly TaskReport[];
}
