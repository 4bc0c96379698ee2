import type { createColors } from "picocolors";
import type { RunEvent } from "../../schemas/event.ts";

/** The colours of a stream. If it has none, their functions return text unchanged. */
export type Colors = ReturnType<typeof createColors>;

/** Shows a run, event by event. */
export interface Reporter {
  readonly event: (event: RunEvent) => void;
  /** Takes the earlier events of a run, before any other, without showing them. */
  readonly past: (events: readonly RunEvent[]) => void;
  /** Makes room for whole lines that `write` writes, perhaps to the same terminal. */
  readonly aside?: (write: () => void) => void;
  /** Stops drawing while a person is asked something, until `resume`. */
  readonly pause?: () => void;
  readonly resume?: () => void;
}

/** The output of a reporter. */
export interface Screen {
  readonly write: (text: string) => unknown;
}
