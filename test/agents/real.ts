import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startMessages } from "../../examples/scripted-models/messages.mjs";
import { startResponses } from "../../examples/scripted-models/responses.mjs";
import claude from "../../src/engines/claude/tested.json" with { type: "json" };
import codex from "../../src/engines/codex/tested.json" with { type: "json" };
import { Attempt } from "../engines/attempt.ts";

type Script = Parameters<typeof startResponses>[0];
export type Server = Awaited<ReturnType<typeof startResponses>>;

const tested = { claude, codex };

/** The program of an agent that `npm run agents:install` installed. Throws an error if it is not there. */
export function installed(name: keyof typeof tested): string {
  const folder = `../../.cache/agents/${name}-${tested[name].version}/`;
  const program = fileURLToPath(new URL(`${folder}node_modules/.bin/${name}`, import.meta.url));
  if (!existsSync(program)) throw new Error(`${program} is not there: npm run agents:install`);
  return program;
}

/** An attempt with a scripted model and a temporary home directory. */
export interface Scene {
  readonly attempt: Attempt;
  readonly server: Server;
  /** Variables with the addresses of the agent's model and home. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** Prepares an attempt of Codex with a provider that retries a request `retries` times. */
export async function codexScene(script: Script, { retries = 0 } = {}): Promise<Scene> {
  const [attempt, server] = [await Attempt.make(), await startResponses(script)];
  const home = attempt.path("codex-home");
  await mkdir(home);
  await writeFile(join(home, "config.toml"), codexConfig(server.port, retries));
  return {
    attempt,
    server,
    env: { HOME: attempt.path(""), CODEX_HOME: home, SCRIPTED_KEY: "dummy" },
    close: () => close(attempt, server),
  };
}

const codexConfig = (port: number, retries: number) => `
model = "gpt-5.5"
model_provider = "scripted"
[analytics]
enabled = false
[model_providers.scripted]
name = "scripted"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
request_max_retries = ${retries}
stream_max_retries = ${retries}
`;

export async function claudeScene(script: Script, { retries = 0 } = {}): Promise<Scene> {
  const [attempt, server] = [await Attempt.make(), await startMessages(script)];
  const home = attempt.path("claude-home");
  await mkdir(home);
  const env = {
    HOME: attempt.path(""),
    CLAUDE_CONFIG_DIR: home,
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${server.port}`,
    ANTHROPIC_API_KEY: "dummy",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_RETRIES: `${retries}`,
  };
  return { attempt, server, env, close: () => close(attempt, server) };
}

async function close(attempt: Attempt, server: Server): Promise<void> {
  await server.close();
  await attempt.close();
}

/** A structured result. */
export const result = (fields: object = {}) => ({
  json: { verdict: "CLEAN", summary: "Done.", files_changed: [], hand_over: "", question: null, ...fields },
});
