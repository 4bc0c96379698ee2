import type { createColors } from "picocolors";
import type { RunEvent } from "../../schemas/event.ts";

/** The colours of a stream; without any, every one of them leaves text as it is. */
export type Colors = ReturnType<typeof createColors>;

/** Shows a run to somebody, event by event. */
export interface Reporter {
  readonly event: (event: RunEvent) => void;
  /** Told first of all of what a run has behind it: known from then on, and not shown again. */
  readonly past: (events: readonly RunEvent[]) => void;
  /** Steps aside for what is written at once by others, to the same terminal perhaps. */
  readonly aside?: (write: () => void) => void;
  /** Steps aside while a person is asked something, and comes back. */
  readonly pause?: () => void;
  readonly resume?: () => void;
}

/** Where a reporter writes. */
export interface Screen {
  readonly write: (text: string) => unknown;
}
