import { resolve } from "node:path";
import { defaultEngine, type EngineName, engineNames, traitsOf } from "../../schemas/engines.ts";
import type { Check } from "../engines/engine.ts";
import { engineFor } from "../engines/engines.ts";
import { allowHint, environmentFor } from "../engines/environment.ts";
import { gitVersion, workingTree } from "../git/working-tree.ts";
import { ProblemsError } from "../problem.ts";
import { loadConfig } from "./config.ts";

/** What a machine and a project have of what runs need: the shape of `doctor --json`. */
export interface Examination {
  /** Whether the engine that carries out tasks by default can. */
  readonly ready: boolean;
  readonly engine: EngineName;
  readonly checks: readonly Check[];
}

/** Looks at everything; starts no agent and spends nothing. Throws ProblemsError for a configuration with errors. */
export async function examine(directory: string, env: NodeJS.ProcessEnv): Promise<Examination> {
  const projectDir = resolve(directory);
  const { config, problems } = await loadConfig(projectDir, env);
  if (!config) throw new ProblemsError(problems);
  const engine = config.engine ?? defaultEngine;
  const byEngine = await Promise.all(
    engineNames.map(async (name) => {
      const own = environmentFor(name, config.engines[name].env, env);
      const checks = await engineFor(name, config, env).examine(own);
      return checks.map((check) => (name === engine ? needed(check) : optional(check)));
    }),
  );
  const checks = [await git(projectDir), ...byEngine.flat(), environment(engine, env)];
  return { ready: !checks.some(({ status }) => status === "problem"), engine, checks };
}

/** What the default engine lacks stands in the way of runs; what another lacks, only of those that want it. */
const needed = (check: Check): Check => (check.status === "absent" ? { ...check, status: "problem" } : check);
const optional = (check: Check): Check =>
  check.status === "problem" ? { ...check, status: "warning" } : check;

async function git(projectDir: string): Promise<Check> {
  const version = await gitVersion(projectDir);
  if (version === undefined) {
    const advice = "install git: without it, files changed are what agents say of them";
    return { name: "git", status: "warning", found: "no git that runs here", advice };
  }
  if (await workingTree(projectDir)) return { name: "git", status: "ok", found: `${version}, ${projectDir}` };
  const found = `${version}, and ${projectDir} is in no working tree`;
  const advice = "git init: without it, files changed are what agents say of them";
  return { name: "git", status: "warning", found, advice };
}

/** Lists the variables that no agent gets: names only, never values. */
function environment(engine: EngineName, env: NodeJS.ProcessEnv): Check {
  const agents = engineNames.filter((name) => traitsOf(name).environment !== "all");
  const reached = agents.map((name) => environmentFor(name, undefined, env));
  const kept = Object.keys(env)
    .filter((name) => !reached.some((own) => name in own))
    .sort();
  const [first] = kept;
  const agent = agents.includes(engine) ? engine : agents[0];
  return {
    name: "environment",
    status: "ok",
    found: first ? `kept from agents: ${kept.join(", ")}` : "no secrets to keep from agents",
    ...(first && agent ? { advice: allowHint(agent, first) } : {}),
  };
}
