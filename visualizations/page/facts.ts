import type { Chart } from "../../machines/chart.ts";
import type { Mode } from "../../schemas/manifest.ts";
import type { Excerpt } from "../../schemas/run-report.ts";

/** A run's facts that do not change while it is looked at: sent once by the server, or part of a report. */
export interface RunFacts {
  readonly run: string;
  readonly charts: { readonly orchestrator: Readonly<Record<Mode, Chart>>; readonly task: Chart };
  /** The command that answers a parked task's question: the text before the task's id, and the text after it. */
  readonly answer_command: { readonly before: string; readonly after: string };
  readonly can_answer: boolean;
}

/** The data of a report's page, which requests nothing. */
export interface Embedded {
  readonly facts: RunFacts;
  /** When the report was written (ISO 8601). */
  readonly written: string;
  /** Whether the run was still under way then. */
  readonly alive: boolean;
  /** The lines of the journal. */
  readonly journal: readonly string[];
  /** The files of the attempts. An array, as a task's id may be the name of any object's property. */
  readonly files: readonly EmbeddedFile[];
}

export interface EmbeddedFile {
  readonly task: string;
  readonly attempt: number;
  readonly name: string;
  readonly text: Excerpt;
}
