import type { Config } from "../../schemas/config.ts";
import type { EngineName } from "../../schemas/manifest.ts";
import { claudeEngine } from "./claude/engine.ts";
import { codexEngine } from "./codex/engine.ts";
import { commandEngine } from "./command.ts";
import { dispatchEngine } from "./dispatch.ts";
import type { Engine } from "./engine.ts";

/** The engine of a name, as configured. */
export function engineFor(name: EngineName, { engines, tiers }: Config, env: NodeJS.ProcessEnv): Engine {
  switch (name) {
    case "codex":
      return codexEngine({ ...engines.codex, tiers: { fast: tiers.fast.codex, deep: tiers.deep.codex } });
    case "claude":
      return claudeEngine({ ...engines.claude, tiers: { fast: tiers.fast.claude, deep: tiers.deep.claude } });
    case "command":
      return commandEngine(engines.command);
    case "dispatch":
      return dispatchEngine(engines.dispatch, env);
  }
}
