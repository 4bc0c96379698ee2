import { homedir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { type Config, configSchema } from "../../schemas/config.ts";
import { isError, type Problem } from "../problem.ts";
import { schemaProblems } from "../yaml/schema-problems.ts";
import { isPlainMap, readYamlFile } from "../yaml/yaml-file.ts";

/** The name of a project's configuration file. */
export const configName = "interserve.config.yaml";

/** The path of the user's configuration file, which applies to all projects. */
export const userConfigFile = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config"), "interserve", "config.yaml");

/** Reads a project's configuration, merged over the user's. Without either file, returns the defaults. */
export async function loadConfig(
  projectDir: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ config?: Config; problems: Problem[] }> {
  const files = [userConfigFile(env), join(projectDir, configName)];
  const found = await Promise.all(files.map(readConfig));
  const problems = found.flatMap((one) => one.problems);
  if (problems.some(isError)) return { problems };
  // Two valid files are valid together, since no rule of the schema looks at two keys.
  return { config: v.parse(configSchema, found.map(({ value }) => value).reduce(merge)), problems };
}

/** Returns the `state_dir` of the user's configuration, whatever else is in it; undefined if it has none. */
export async function userStateDir(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { value } = await readConfig(userConfigFile(env));
  const stateDir = isPlainMap(value) ? value.state_dir : undefined;
  return v.is(configSchema.entries.state_dir, stateDir) ? stateDir : undefined;
}

/** Reads and checks one configuration file. Returns its value as written; a missing file counts as empty. */
async function readConfig(path: string): Promise<{ value: unknown; problems: Problem[] }> {
  const { file, problems } = await readYamlFile(path);
  if (problems.some(({ code }) => code === "file-not-found")) return { value: {}, problems: [] };
  if (!file) return { value: {}, problems };
  return { value: file.value, problems: [...problems, ...schemaProblems(configSchema, file).problems] };
}

/** Merges maps key by key, where `over` wins. Other values, including lists, are replaced. */
function merge(under: unknown, over: unknown): unknown {
  if (!isPlainMap(under) || !isPlainMap(over)) return over;
  const entries = Object.entries(over).map(([key, value]) => [
    key,
    Object.hasOwn(under, key) ? merge(under[key], value) : value,
  ]);
  return { ...under, ...Object.fromEntries(entries) };
}
