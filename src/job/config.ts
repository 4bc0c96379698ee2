import { homedir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { type Config, configSchema } from "../../schemas/config.ts";
import { isError, type Problem } from "../problem.ts";
import { schemaProblems } from "../yaml/schema-problems.ts";
import { readYamlFile } from "../yaml/yaml-file.ts";

/** What holds for every manifest run in a project. */
export const configName = "interserve.config.yaml";

/** Where a user's own configuration lies, for all of their projects. */
export const userConfigFile = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config"), "interserve", "config.yaml");

/** Reads a project's configuration over the user's own; where there is neither, the defaults. */
export async function loadConfig(
  projectDir: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ config?: Config; problems: Problem[] }> {
  const files = [userConfigFile(env), join(projectDir, configName)];
  const found = await Promise.all(files.map(readConfig));
  const problems = found.flatMap((one) => one.problems);
  if (problems.some(isError)) return { problems };
  // Together they are as valid as each is alone: no rule of the schema looks at two keys.
  return { config: v.parse(configSchema, found.map(({ value }) => value).reduce(merged)), problems };
}

/** One file of configuration as written, held against the schema; a missing one says nothing. */
async function readConfig(path: string): Promise<{ value: unknown; problems: Problem[] }> {
  const { file, problems } = await readYamlFile(path);
  if (problems.some(({ code }) => code === "file-not-found")) return { value: {}, problems: [] };
  if (!file) return { value: {}, problems };
  return { value: file.value, problems: [...problems, ...schemaProblems(configSchema, file).problems] };
}

/** Maps key by key, the second before the first; anything else, lists too, is taken as a whole. */
function merged(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over;
  const entries = Object.entries(over).map(([key, value]) => [
    key,
    Object.hasOwn(under, key) ? merged(under[key], value) : value,
  ]);
  return { ...under, ...Object.fromEntries(entries) };
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
