import type { RunStatus, TaskStatus } from "./run-status.ts";

/** What a report can be: markdown for a pull request, JUnit XML, annotations of GitHub Actions, a page. */
export const reportFormats = ["markdown", "junit", "github", "html"] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** The beginning and the end of a text, and how many bytes of it are left out between them. */
export interface Excerpt {
  readonly head: string;
  readonly left_out: number;
  readonly tail: string;
}

export interface TaskReport extends TaskStatus {
  /** Where its heading stands in the plan, or else it itself in the manifest; lines count from 1. */
  readonly place: { readonly file: string; readonly line: number } | null;
  /** Where it did not pass: the end of what its last attempt, or the `verify` command that failed, said. */
  readonly said: readonly { readonly name: string; readonly text: Excerpt }[];
}

/** All that reports tell of a run: the shape of `report --json`. */
export interface RunReport extends RunStatus {
  readonly written: string;
  readonly tasks: readonly TaskReport[];
}
