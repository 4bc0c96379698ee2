import { unordered } from "../schedule/graph.ts";
import { commonMode, type ModeConfig } from "./mode.ts";

/** Everything at once, `max_parallel` at a time: nothing waits for anything, and a failure affects no other task. */
export const allParallel: ModeConfig = {
  ...commonMode,
  name: "all-parallel",
  usesDependencies: false,
  order: unordered,
  priorities: () => [],
  guards: { ...commonMode.guards, skipsDependents: () => false },
};
