import type { Config } from "../../schemas/config.ts";
import type { EngineName } from "../../schemas/engines.ts";
import { claudeEngine } from "./claude/engine.ts";
import { codexEngine } from "./codex/engine.ts";
import { commandEngine } from "./command.ts";
import { dispatchEngine } from "./dispatch.ts";
import type { Engine } from "./engine.ts";

type Create = (config: Config, env: NodeJS.ProcessEnv) => Engine;

const engines: Readonly<Record<EngineName, Create>> = {
  codex: ({ engines, tiers }) =>
    codexEngine({ ...engines.codex, tiers: { fast: tiers.fast.codex, deep: tiers.deep.codex } }),
  claude: ({ engines, tiers }) =>
    claudeEngine({ ...engines.claude, tiers: { fast: tiers.fast.claude, deep: tiers.deep.claude } }),
  dispatch: ({ engines }, env) => dispatchEngine(engines.dispatch, env),
  command: ({ engines }) => commandEngine(engines.command),
};

/** Creates an engine as configured; `env` is the environment of this process. */
export const engineFor = (name: EngineName, config: Config, env: NodeJS.ProcessEnv): Engine =>
  engines[name](config, env);
