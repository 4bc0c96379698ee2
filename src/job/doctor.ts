import { resolve } from "node:path";
import { defaultEngine, type EngineName, engineNames, traitsOf } from "../../schemas/engines.ts";
import type { Check } from "../engines/engine.ts";
import { engineFor } from "../engines/engines.ts";
import { allowHint, environmentFor, isBasic } from "../engines/environment.ts";
import { findExecutable } from "../engines/find-executable.ts";
import { gitVersion, workingTree } from "../git/working-tree.ts";
import { type Problem, ProblemsError } from "../problem.ts";
import { listed } from "../text/list.ts";
import { shellWord } from "../text/printable.ts";
import { loadConfig } from "./config.ts";

/** The findings on what runs need from a machine and a project: the shape of `doctor --json`. */
export interface Examination {
  /** Whether the default engine can run tasks. */
  readonly ready: boolean;
  readonly engine: EngineName;
  readonly checks: readonly Check[];
  /** The names of the variables that each engine gets, sorted. */
  readonly environment: Readonly<Record<string, readonly string[]>>;
  /** Warnings about the configuration. */
  readonly problems: readonly Problem[];
}

/** Examines git, every engine and the environment. Starts no agent. Throws ProblemsError if the configuration has errors. */
export async function examine(directory: string, env: NodeJS.ProcessEnv): Promise<Examination> {
  const projectDir = resolve(directory);
  const { config, approved, engineProblems, problems: configProblems } = await loadConfig(projectDir, env);
  if (!config) throw new ProblemsError(configProblems);
  const problems = [...configProblems, ...Object.values(engineProblems).flat()];
  const engine = config.engine ?? defaultEngine;
  const byEngine = await Promise.all(
    engineNames.map(async (name) => {
      const given = environmentFor(name, config.engines[name].env, env);
      const program = approved.find(({ key }) => key === `engines.${name}.executable`)?.value;
      const notStarted = program === undefined ? undefined : await projectProgramCheck(name, `${program}`);
      const found = notStarted ? [notStarted] : await engineFor(name, config, env).examine(given);
      const checks = found.map((check) => (name === engine ? asRequired(check) : asOptional(check)));
      return { name, checks, variables: Object.keys(given).sort() };
    }),
  );
  const environment = Object.fromEntries(byEngine.map(({ name, variables }) => [name, variables]));
  const checks = [
    await gitCheck(projectDir),
    ...byEngine.flatMap(({ checks }) => checks),
    environmentCheck(engine, env, environment),
  ];
  const ready = !checks.some(({ status }) => status === "problem");
  return { ready, engine, checks, environment, problems };
}

/** A check of a program that the project names: it is found, but not started. Undefined if it is missing. */
async function projectProgramCheck(name: string, program: string): Promise<Check | undefined> {
  const path = await findExecutable(program);
  if (path === undefined) return undefined;
  const found = `${path}, not started because this project's configuration names it`;
  return { name, status: "warning", found, advice: `to check it yourself: ${shellWord(path)} --version` };
}

/** A check of the default engine: if it is not installed, that is a problem. */
const asRequired = (check: Check): Check =>
  check.status === "absent" ? { ...check, status: "problem" } : check;
/** A check of another engine: its problems matter only to those who choose it. */
const asOptional = (check: Check): Check =>
  check.status === "problem" ? { ...check, status: "warning" } : check;

async function gitCheck(projectDir: string): Promise<Check> {
  const version = await gitVersion(projectDir);
  const reason = "without it, interserve knows only the changed files that agents report";
  if (version === undefined) {
    return { name: "git", status: "warning", found: "not installed", advice: `install git: ${reason}` };
  }
  if (await workingTree(projectDir)) return { name: "git", status: "ok", found: `${version}, ${projectDir}` };
  const found = `${version}, but ${projectDir} is not in a working tree`;
  return { name: "git", status: "warning", found, advice: `run \`git init\`: ${reason}` };
}

/** Names the variables that no agent gets, without their values. One that programs need, such as a proxy's, is a warning. */
function environmentCheck(
  engine: EngineName,
  env: NodeJS.ProcessEnv,
  given: Readonly<Record<string, readonly string[]>>,
): Check {
  const agents = engineNames.filter((name) => traitsOf(name).environment !== "all");
  const passed = new Set(agents.flatMap((name) => given[name] ?? []));
  const kept = Object.keys(env)
    .filter((name) => !passed.has(name))
    .sort();
  const needed = kept.filter(isBasic);
  const first = needed[0] ?? kept[0];
  const agent = agents.includes(engine) ? engine : agents[0];
  const found = first ? `kept from agents: ${kept.join(", ")}` : "no secrets to keep from agents";
  return {
    name: "environment",
    status: needed.length > 0 ? "warning" : "ok",
    found: needed.length > 0 ? `${found}; they may need ${listed(needed)}` : found,
    ...(first && agent ? { advice: allowHint(agent, first) } : {}),
  };
}
