import { absentCheck, ask, versionCheck } from "../agent/examine.ts";
import type { Check } from "../engine.ts";
import { findExecutable } from "../find-executable.ts";
import tested from "./tested.json" with { type: "json" };

type Environment = Readonly<Record<string, string>>;

/** Checks Claude Code's version, whether it is signed in, and what it may do without asking. */
export async function examineClaude(
  name: string,
  tools: readonly string[],
  env: Environment,
): Promise<Check[]> {
  const program = await findExecutable(name);
  if (!program) return [absentCheck("claude", name, tested)];
  return Promise.all([
    versionCheck("claude", program, tested, env),
    signInCheck(program, env),
    { name: "claude permissions", status: "ok", found: permissions(tools) } as const,
  ]);
}

function permissions(tools: readonly string[]): string {
  const others = tools.filter((tool) => tool !== "Bash");
  const allowed = [
    "edit project files",
    ...(tools.includes("Bash") ? ["run any shell command"] : []),
    ...(others.length > 0 ? [`use ${others.join(", ")}`] : []),
  ];
  return `without asking, it may ${allowed.join(" and ")}`;
}

async function signInCheck(program: string, env: Environment): Promise<Check> {
  const name = "claude sign-in";
  const { stdout } = await ask(program, ["auth", "status", "--json"], env);
  const { loggedIn, authMethod } = parsed(stdout);
  if (loggedIn === true)
    return { name, status: "ok", found: `signed in with ${authMethod ?? "its own account"}` };
  const advice = "run `claude auth login`, or set ANTHROPIC_API_KEY";
  if (loggedIn === false) return { name, status: "problem", found: "not signed in", advice };
  return { name, status: "warning", found: "unknown: it does not report its sign-in", advice };
}

function parsed(text: string): { readonly loggedIn?: unknown; readonly authMethod?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
