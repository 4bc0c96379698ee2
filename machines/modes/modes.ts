import type { Mode } from "../../schemas/manifest.ts";
import { allParallel } from "./all-parallel.ts";
import { allSequential } from "./all-sequential.ts";
import { dependencyDriven } from "./dependency-driven.ts";
import { manualBatching } from "./manual-batching.ts";
import type { ModeConfig } from "./mode.ts";

/** Every mode's configuration. */
export const modeConfigs: Readonly<Record<Mode, ModeConfig>> = {
  "all-parallel": allParallel,
  "all-sequential": allSequential,
  "dependency-driven": dependencyDriven,
  "manual-batching": manualBatching,
};
