import { join } from "node:path";
import * as v from "valibot";
import { type Config, configSchema } from "../schemas/config.ts";
import { isError, type Problem } from "./problem.ts";
import { schemaProblems } from "./schema-problems.ts";
import { readYamlFile } from "./yaml-file.ts";

/** What holds for every manifest run in a project. */
export const configName = "interserve.config.yaml";

/** Reads a project's configuration; where there is none, the defaults. */
export async function loadConfig(projectDir: string): Promise<{ config?: Config; problems: Problem[] }> {
  const { file, problems } = await readYamlFile(join(projectDir, configName));
  if (problems.some(({ code }) => code === "file-not-found"))
    return { config: v.parse(configSchema, {}), problems: [] };
  if (!file) return { problems };
  const found = schemaProblems(configSchema, file);
  const all = [...problems, ...found.problems];
  return all.some(isError) || !found.value ? { problems: all } : { config: found.value, problems: all };
}
