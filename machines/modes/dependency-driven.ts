import { commonMode, type ModeConfig } from "./mode.ts";

/** A task starts as soon as the last of its dependencies has passed; of several, the one with the longest chain behind it. */
export const dependencyDriven: ModeConfig = { ...commonMode, name: "dependency-driven" };
