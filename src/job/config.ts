import { join } from "node:path";
import * as v from "valibot";
import { type Config, configSchema } from "../../schemas/config.ts";
import type { EngineName } from "../../schemas/engines.ts";
import type { Grant } from "../../schemas/grants.ts";
import { readProjectSettings } from "../engines/claude/project-settings.ts";
import { homeDirectory } from "../journal/state-directory.ts";
import { isError, type Place, type Problem, warning } from "../problem.ts";
import { quoted, shellWord } from "../text/printable.ts";
import { schemaProblems } from "../yaml/schema-problems.ts";
import { isPlainMap, readYamlFile, type YamlFile } from "../yaml/yaml-file.ts";
import { Approvals, trustsAll } from "./approvals.ts";
import { configName } from "./config-name.ts";
import { type GrantedSetting, goesBeyond, grantedSettings, without } from "./granted-settings.ts";

/** The path of the user's configuration file, which applies to all projects. */
export const userConfigFile = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CONFIG_HOME || join(homeDirectory(env) ?? "/", ".config"), "interserve", "config.yaml");

/** The configuration for a project. */
export interface LoadedConfig {
  /** Undefined if one of the problems is an error. */
  readonly config?: Config;
  readonly problems: Problem[];
  /** The project's settings that the user can approve: those that name programs, or decide what agents may do and see. */
  readonly settings: readonly GrantedSetting[];
  /** Those that go beyond the user's own configuration and are in force, since the user has approved them. */
  readonly approved: readonly GrantedSetting[];
  /** Those that go beyond it and are ignored. */
  readonly ignored: readonly GrantedSetting[];
  /** The project's own settings for Claude Code, which the user can approve. */
  readonly claudeSettings: readonly GrantedSetting[];
  /** Warnings that matter to those who use an engine. */
  readonly engineProblems: Readonly<Partial<Record<EngineName, readonly Problem[]>>>;
}

/**
 * Reads a project's configuration, merged over the user's. Without either file, returns the defaults. Settings that give
 * the project more than the user's own configuration does are ignored, with a warning, unless the user has approved them.
 */
export async function loadConfig(
  projectDir: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<LoadedConfig> {
  const user = await readConfig(userConfigFile(env));
  const project = await readConfig(join(projectDir, configName));
  const problems = [...user.problems, ...project.problems];
  if (problems.some(isError)) {
    return { problems, settings: [], approved: [], ignored: [], claudeSettings: [], engineProblems: {} };
  }
  // Two valid files are valid together, since no rule of the schema looks at two keys.
  const configWith = (value: unknown) => v.parse(configSchema, merge(user.value, value));
  const [own, merged] = [configWith({}), configWith(project.value)];
  const all = grantedSettings(project.value);
  const settings = all.filter(({ grant }) => grant !== "owner");
  const beyond = all.filter((setting) => goesBeyond(setting, own, merged));
  const approval = beyond.length > 0 ? await approvalOf(settings, projectDir, env, own.state_dir) : "given";
  const isInForce = ({ grant }: GrantedSetting) => approval === "given" && grant !== "owner";
  const ignored = beyond.filter((setting) => !isInForce(setting));
  const value = ignored.reduce((rest, { path }) => without(rest, path), project.value);
  const warnings = ignored.map((setting) => ignoredSetting(setting, approval, project.file, projectDir, env));
  const ofClaude = await claudePart(configWith(value), projectDir, env);
  return {
    ...ofClaude,
    problems: [...problems, ...warnings],
    settings,
    approved: beyond.filter(isInForce),
    ignored,
  };
}

/** Adds to a configuration whether Claude Code may follow the project's own settings, unless that is configured. */
async function claudePart(
  config: Config,
  projectDir: string,
  env: NodeJS.ProcessEnv,
): Promise<{ config: Config } & Pick<LoadedConfig, "claudeSettings" | "engineProblems">> {
  const { engines, state_dir } = config;
  const isConfigured = engines.claude.project_settings !== undefined;
  const files = isConfigured ? [] : await readProjectSettings(projectDir);
  const claudeSettings = files.map(({ name, value }) => ({
    path: [],
    key: name,
    grant: "program" as const,
    value,
  }));
  const approval = files.length > 0 ? await approvalOf(claudeSettings, projectDir, env, state_dir) : "given";
  if (approval === "given") return { config, claudeSettings, engineProblems: {} };
  const instead = `set engines.claude.project_settings in ${userConfigFile(env)}`;
  const warnings = claudeSettings.map(({ key }) => {
    const what = `${quoted(key)} gives Claude Code settings for this project: neither these nor the project's CLAUDE.md are followed`;
    const place = { file: join(projectDir, key), line: 1, column: 1 };
    return notApproved(what, approval, place, { projectDir, instead });
  });
  const claude = { ...engines.claude, project_settings: false };
  return {
    config: { ...config, engines: { ...engines, claude } },
    claudeSettings,
    engineProblems: { claude: warnings },
  };
}

type ApprovalState = "given" | "outdated" | "missing";

async function approvalOf(
  settings: readonly GrantedSetting[],
  projectDir: string,
  env: NodeJS.ProcessEnv,
  stateDir: string | undefined,
): Promise<ApprovalState> {
  if (trustsAll(env)) return "given";
  const approvals = await Approvals.of(projectDir, env, stateDir);
  if (approvals.includes(settings)) return "given";
  return approvals.hasEarlier(settings) ? "outdated" : "missing";
}

/** What a setting does, as the rest of a sentence about it. */
const effects: Readonly<Record<Grant, string>> = {
  program: "names a program to start",
  sandbox: "allows agents more than your own configuration does",
  tools: "allows agents more than your own configuration does",
  environment: "gives agents variables that your own configuration does not",
  owner: "can only be set in your own configuration",
};

/** Warns that a setting is ignored, and says how to approve it. */
function ignoredSetting(
  { key, path, grant }: GrantedSetting,
  approval: ApprovalState,
  file: YamlFile | undefined,
  projectDir: string,
  env: NodeJS.ProcessEnv,
): Problem {
  const place = file?.place(path, "key") ?? { file: join(projectDir, configName), line: 1, column: 1 };
  const instead = `set it in ${userConfigFile(env)}`;
  const what = `${quoted(key)} ${effects[grant]}: it is ignored`;
  if (grant === "owner") return warning("not-approved", what, place, { hint: instead });
  return notApproved(what, approval, place, { projectDir, instead });
}

/** Warns of what does not apply without approval; `instead` is what the user can do in place of approving it. */
function notApproved(
  what: string,
  approval: ApprovalState,
  place: Place,
  { projectDir, instead }: { readonly projectDir: string; readonly instead: string },
): Problem {
  const why =
    approval === "outdated"
      ? "this project's configuration has changed since you approved it"
      : "you have not approved this project's configuration";
  return warning("not-approved", `${what}, because ${why}`, place, {
    hint: `if you trust this project, run \`interserve trust --project-dir ${shellWord(projectDir)}\` once, or ${instead}`,
  });
}

/** Returns the `state_dir` of the user's configuration, whatever else is in it; undefined if it has none. */
export async function userStateDir(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { value } = await readConfig(userConfigFile(env));
  const stateDir = isPlainMap(value) ? value.state_dir : undefined;
  return v.is(configSchema.entries.state_dir, stateDir) ? stateDir : undefined;
}

/** Reads and checks one configuration file. Returns its value as written; a missing file counts as empty. */
async function readConfig(path: string): Promise<{ value: unknown; file?: YamlFile; problems: Problem[] }> {
  const { file, problems } = await readYamlFile(path);
  if (problems.some(({ code }) => code === "file-not-found")) return { value: {}, problems: [] };
  if (!file) return { value: {}, problems };
  return { value: file.value, file, problems: [...problems, ...schemaProblems(configSchema, file).problems] };
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
