import type { Config } from "../../schemas/config.ts";
import type { EngineName } from "../../schemas/manifest.ts";
import { codexEngine } from "./codex.ts";
import { commandEngine } from "./command.ts";
import { dispatchEngine } from "./dispatch.ts";
import type { Engine } from "./engine.ts";

/** The engine of a name, as configured. */
export function engineFor(name: EngineName, { engines }: Config, env: NodeJS.ProcessEnv): Engine {
  switch (name) {
    case "codex":
      return codexEngine(engines.codex);
    case "command":
      return commandEngine(engines.command);
    case "dispatch":
      return dispatchEngine(engines.dispatch, env);
  }
}
