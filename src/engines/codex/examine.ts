import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../../schemas/config.ts";
import { lastLine, oneLine } from "../../text/one-line.ts";
import { absentCheck, ask, versionCheck } from "../agent/examine.ts";
import type { Check } from "../engine.ts";
import { findCodex } from "./program.ts";
import tested from "./tested.json" with { type: "json" };

type Sandbox = Config["engines"]["codex"]["sandbox"];
type Environment = Readonly<Record<string, string>>;

/** Checks Codex's version, whether it is signed in, and whether its sandbox works on this machine. */
export async function examineCodex(name: string, sandbox: Sandbox, env: Environment): Promise<Check[]> {
  const program = await findCodex(name);
  if (!program) return [absentCheck("codex", name, tested)];
  return Promise.all([
    versionCheck("codex", program, tested, env),
    signInCheck(program, env),
    sandboxCheck(program, sandbox, env),
  ]);
}

async function signInCheck(program: string, env: Environment): Promise<Check> {
  const name = "codex sign-in";
  const { exitCode, stdout, stderr } = await ask(program, ["login", "status"], env);
  if (exitCode === 0) {
    const said = `${stdout}\n${stderr}`.split("\n").find((line) => /logged in|api key/i.test(line));
    return { name, status: "ok", found: oneLine(said ?? "signed in", 100) };
  }
  if (env.CODEX_API_KEY) return { name, status: "ok", found: "signed in with CODEX_API_KEY" };
  const provider = await configuredProvider(env);
  if (provider !== undefined) {
    const found = `the model provider "${oneLine(provider, 60)}" is configured, and has its own sign-in`;
    return { name, status: "ok", found };
  }
  const advice = "run `codex login`, or set CODEX_API_KEY";
  return { name, status: "problem", found: "not signed in", advice };
}

/** Reads the model provider from the user's own configuration; undefined for the default one. */
async function configuredProvider(env: Environment): Promise<string | undefined> {
  const home = env.CODEX_HOME || join(env.HOME || homedir(), ".codex");
  const text = await readFile(join(home, "config.toml"), "utf8").catch(() => "");
  const provider = /^\s*model_provider\s*=\s*["']([^"']+)["']/m.exec(text)?.[1];
  return provider === "openai" ? undefined : provider;
}

async function sandboxCheck(program: string, sandbox: Sandbox, env: Environment): Promise<Check> {
  const name = "codex sandbox";
  if (sandbox === "danger-full-access") {
    const advice = "set engines.codex.sandbox to workspace-write, unless this machine itself is a sandbox";
    return { name, status: "warning", found: "none: its commands can do everything that you can", advice };
  }
  const setting = ["-c", `sandbox_mode="${sandbox}"`];
  const { exitCode, stderr } = await ask(program, ["sandbox", ...setting, "--", "true"], env);
  if (exitCode === 0) return { name, status: "ok", found: `${sandbox} works` };
  const said = oneLine(lastLine(stderr), 200);
  const advice = "allow user namespaces or Landlock on this machine, or set engines.codex.sandbox";
  return { name, status: "problem", found: `${sandbox} does not work here: ${said}`, advice };
}
