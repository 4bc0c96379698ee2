import type { EngineName } from "./engines.ts";
import type { Counts } from "./event.ts";
import type { Mode } from "./manifest.ts";
import type { FailureKind, Status, Usage } from "./outcome.ts";

/** An attempt that was begun: one that a kill ended without an outcome is `interrupted`. */
export interface AttemptStatus {
  readonly attempt: number;
  readonly status: Status | "running" | "interrupted";
  readonly duration_s: number;
  readonly reason: string | null;
}

/** A task of a run, as it stands: the shape of `status --json`. */
export interface TaskStatus {
  readonly id: string;
  readonly title: string;
  readonly stage: string;
  readonly depends: readonly string[];
  readonly engine: EngineName;
  /**
   * What it settled as; `running` or `pending` before; `interrupted` where its run was killed under it. Of a run that
   * was resumed, what is to run again is `pending` until it starts.
   */
  readonly status: Status | "running" | "pending" | "interrupted";
  readonly attempt: number;
  readonly duration_s: number;
  readonly reason: string | null;
  readonly failure: FailureKind | null;
  /** The agent's own closing line. */
  readonly verdict: string | null;
  /** Of its last attempt, from the project directory. */
  readonly files_changed: readonly string[];
  readonly notes: readonly string[];
  /** All that were begun, first to last. */
  readonly attempts: readonly AttemptStatus[];
  /** Directory of its last attempt; `null` where that is of before a resume, and it is to run again. */
  readonly artifacts: string | null;
  readonly usage: Usage | null;
}

export interface RunStatus {
  readonly run: string;
  /** `running` while a process holds it; `killed` where it ended without a word. */
  readonly state: "running" | "finished" | "killed";
  readonly pid: number | null;
  readonly manifest: string;
  readonly plan: string | null;
  readonly mode: Mode;
  readonly started: string;
  readonly ended: string | null;
  /** From the first start to the last thing that happened, or to now while it runs. */
  readonly duration_s: number;
  readonly exit_code: number | null;
  readonly counts: Counts;
  readonly directory: string;
  /** Of all attempts that report any; a figure that none reports is absent. */
  readonly usage: Usage;
  /** How many attempts of agents have ended, and how many of them told what they cost. */
  readonly agent_attempts: number;
  readonly attempts_with_cost: number;
  readonly tasks: readonly TaskStatus[];
}
