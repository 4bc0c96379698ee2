import type { Config } from "../../schemas/config.ts";
import { defaultEngine, type EngineName, shellEngine } from "../../schemas/engines.ts";
import type { Manifest, ManifestTask } from "../../schemas/manifest.ts";

/** The engine that runs a task. `given` is the engine that a flag names for tasks that name none. */
export function engineOf(
  task: ManifestTask,
  manifest: Manifest,
  config: Config,
  given?: EngineName,
): EngineName {
  if (task.engine ?? task.run) return task.engine ?? shellEngine;
  const tier = task.tier ?? manifest.tier;
  return given ?? manifest.engine ?? config.tiers[tier].engine ?? config.engine ?? defaultEngine;
}
