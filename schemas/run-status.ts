import type { Counts } from "./event.ts";
import type { Status, Usage } from "./outcome.ts";

/** A task of a run, as it stands: the shape of `status --json`. */
export interface TaskStatus {
  readonly id: string;
  readonly title: string;
  readonly stage: string;
  /** What it settled as; `running` or `pending` before; `interrupted` where its run was killed under it. */
  readonly status: Status | "running" | "pending" | "interrupted";
  readonly attempt: number;
  readonly duration_s: number;
  readonly reason: string | null;
  /** Directory of its last attempt. */
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
  readonly mode: string;
  readonly started: string;
  readonly ended: string | null;
  /** From the first start to the last thing that happened, or to now while it runs. */
  readonly duration_s: number;
  readonly exit_code: number | null;
  readonly counts: Counts;
  readonly directory: string;
  /** Of all attempts that report any; a figure that none reports is absent. */
  readonly usage: Usage;
  readonly tasks: readonly TaskStatus[];
}
