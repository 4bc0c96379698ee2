import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../../schemas/config.ts";
import { oneLine } from "../../text/one-line.ts";
import { absent, asked, versionCheck } from "../agent/examine.ts";
import type { Check } from "../engine.ts";
import { whereMissing } from "../find-executable.ts";
import { findCodex } from "./program.ts";

type Sandbox = Config["engines"]["codex"]["sandbox"];
type Environment = Readonly<Record<string, string>>;

/** Looks at Codex: its version, whether it is signed in, and whether its sandbox works on this machine. */
export async function examineCodex(name: string, sandbox: Sandbox, env: Environment): Promise<Check[]> {
  const program = await findCodex(name);
  if (!program) return [absent("codex", name, whereMissing(name))];
  return Promise.all([
    versionCheck("codex", program, env),
    signedIn(program, env),
    sandboxCheck(program, sandbox, env),
  ]);
}

async function signedIn(program: string, env: Environment): Promise<Check> {
  const name = "codex sign-in";
  const { exitCode, stdout, stderr } = await asked(program, ["login", "status"], env);
  if (exitCode === 0) {
    const said = `${stdout}\n${stderr}`.split("\n").find((line) => /logged in|api key/i.test(line));
    return { name, status: "ok", found: oneLine(said ?? "signed in", 100) };
  }
  if (env.CODEX_API_KEY) return { name, status: "ok", found: "by CODEX_API_KEY" };
  const provider = await configuredProvider(env);
  if (provider !== undefined) {
    const found = `the model provider "${oneLine(provider, 60)}" is configured, which signs in its own way`;
    return { name, status: "ok", found };
  }
  const advice = "codex login, or set CODEX_API_KEY";
  return { name, status: "problem", found: "not signed in", advice };
}

/** The model provider that the user's own configuration names, where it does. */
async function configuredProvider(env: Environment): Promise<string | undefined> {
  const home = env.CODEX_HOME || join(env.HOME || homedir(), ".codex");
  const text = await readFile(join(home, "config.toml"), "utf8").catch(() => "");
  const provider = /^\s*model_provider\s*=\s*["']([^"']+)["']/m.exec(text)?.[1];
  return provider === "openai" ? undefined : provider;
}

async function sandboxCheck(program: string, sandbox: Sandbox, env: Environment): Promise<Check> {
  const name = "codex sandbox";
  if (sandbox === "danger-full-access") {
    const advice = "set engines.codex.sandbox to workspace-write, unless this machine is a sandbox itself";
    return { name, status: "warning", found: "none: its commands may do all that you may", advice };
  }
  const setting = ["-c", `sandbox_mode="${sandbox}"`];
  const { exitCode, stderr } = await asked(program, ["sandbox", ...setting, "--", "true"], env);
  if (exitCode === 0) return { name, status: "ok", found: `${sandbox} works` };
  const said = oneLine(stderr.trim().split("\n").at(-1) ?? "", 200);
  const advice =
    "let this machine give user namespaces or Landlock to programs, or set engines.codex.sandbox";
  return { name, status: "problem", found: `${sandbox} does not work here: ${said}`, advice };
}
