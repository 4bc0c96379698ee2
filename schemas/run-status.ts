import type { EngineName } from "./engines.ts";
import type { Counts } from "./event.ts";
import type { Mode } from "./manifest.ts";
import type { FailureKind, Status, Usage } from "./outcome.ts";

/** An attempt that has started; `interrupted` if a kill ended it without an outcome. */
export interface AttemptStatus {
  readonly attempt: number;
  readonly status: Status | "running" | "interrupted";
  readonly duration_s: number;
  readonly reason: string | null;
}

/** A task of a run, as `status --json` prints it. */
export interface TaskStatus {
  readonly id: string;
  readonly title: string;
  readonly stage: string;
  readonly depends: readonly string[];
  readonly engine: EngineName;
  /**
   * How it settled; before that `running`, `pending`, or `interrupted` if its run was killed while it ran. A task that
   * a resume runs again is `pending` until it starts.
   */
  readonly status: Status | "running" | "pending" | "interrupted";
  readonly attempt: number;
  readonly duration_s: number;
  readonly reason: string | null;
  readonly failure: FailureKind | null;
  /** The agent's own closing line. */
  readonly verdict: string | null;
  /** The files that its last attempt changed, relative to the project directory. */
  readonly files_changed: readonly string[];
  readonly notes: readonly string[];
  /** First to last. */
  readonly attempts: readonly AttemptStatus[];
  /** The directory of its last attempt; `null` if a resume runs it again and it has not started yet. */
  readonly artifacts: string | null;
  readonly usage: Usage | null;
}

export interface RunStatus {
  readonly run: string;
  /** `running` while a process executes it; `killed` if that ended without finishing it. */
  readonly state: "running" | "finished" | "killed";
  readonly pid: number | null;
  readonly manifest: string;
  readonly plan: string | null;
  readonly mode: Mode;
  readonly started: string;
  readonly ended: string | null;
  /** From the first start to the last event, or to now while it runs. */
  readonly duration_s: number;
  readonly exit_code: number | null;
  readonly counts: Counts;
  readonly directory: string;
  readonly project_dir: string | null;
  /** The sum over all attempts that report any; a figure that none reports is absent. */
  readonly usage: Usage;
  /** The number of agent attempts that have ended, and of those that reported a cost. */
  readonly agent_attempts: number;
  readonly attempts_with_cost: number;
  /** What something other than the run did to its journal, and lines that cannot be believed. */
  readonly journal_warnings: readonly string[];
  readonly tasks: readonly TaskStatus[];
}
