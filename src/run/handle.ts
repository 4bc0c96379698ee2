import type { InspectionEvent } from "xstate";
import type { Counts, RunEvent } from "../../schemas/event.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import type { LeftAnswer } from "../journal/answers.ts";

export interface RunOptions {
  /** Start even if another live run of the project may write the same files. */
  readonly beside?: boolean | undefined;
  /** Called with every event, in order, once it is in the journal. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Called with what the user should know about a run that starts, one sentence each. */
  readonly onWarning?: (warning: string) => void;
  /**
   * Asked between batches if the run pauses there: resolves with whether the next batch, of these tasks, may start.
   * `withdrawn` is aborted when the run continues without the answer.
   */
  readonly approve?: (next: readonly string[], withdrawn: AbortSignal) => Promise<boolean>;
  /**
   * Asked the question of a parked task once nothing else runs: resolves with the answer, or undefined to leave the
   * question open. `withdrawn` as with `approve`.
   */
  readonly ask?: (task: string, question: string, withdrawn: AbortSignal) => Promise<string | undefined>;
  /** Receives everything that the machines do, like the option of this name of XState's `createActor`. */
  readonly inspect?: (event: InspectionEvent) => void;
}

/** The result of a finished run. */
export interface RunResult {
  readonly run: string;
  /** The run's directory, with its artifacts. */
  readonly directory: string;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly counts: Counts;
  /** 0 if every task passed or warned, 1 if one did not, or the status that `cancel` was given. */
  readonly exitCode: number;
}

/** Controls a run that is under way. */
export interface RunHandle {
  readonly run: string;
  readonly directory: string;
  /** Resolves once every task has settled. Rejects, then too, with why the journal could not be written. */
  readonly finished: Promise<RunResult>;
  /** Starts nothing more and ends what runs; unsettled tasks settle as `cancelled`. */
  readonly cancel: (reason: string, exitCode?: number) => void;
  /** Ends what is being ended at once, without the rest of its grace period. */
  readonly killNow: () => void;
  /** Answers a parked task's question. Returns false if the question of that attempt is not open. */
  readonly answer: (answer: LeftAnswer) => boolean;
}
