import { isIdle } from "../schedule/schedule.ts";
import { commonMode, type ModeConfig } from "./mode.ts";

/** One task at a time: of the tasks whose dependencies have passed, the first in the plan. */
export const allSequential: ModeConfig = {
  ...commonMode,
  name: "all-sequential",
  isSequential: true,
  stepWord: "step",
  priorities: () => [],
  guards: {
    ...commonMode.guards,
    // A task that waits for a retry keeps its turn.
    hasSlot: ({ schedule }) => isIdle(schedule),
  },
};
