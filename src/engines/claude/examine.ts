import { absent, asked, versionCheck } from "../agent/examine.ts";
import type { Check } from "../engine.ts";
import { findExecutable, whereMissing } from "../find-executable.ts";

type Environment = Readonly<Record<string, string>>;

/** Looks at Claude Code: its version, whether it is signed in, and what its commands may do. */
export async function examineClaude(
  name: string,
  tools: readonly string[],
  env: Environment,
): Promise<Check[]> {
  const program = await findExecutable(name);
  if (!program) return [absent("claude", name, whereMissing(name))];
  const found =
    tools.length > 0
      ? `edits in the project, and without asking: ${tools.join(", ")}`
      : "edits in the project";
  return Promise.all([
    versionCheck("claude", program, env),
    signedIn(program, env),
    { name: "claude permissions", status: "ok", found } as const,
  ]);
}

async function signedIn(program: string, env: Environment): Promise<Check> {
  const name = "claude sign-in";
  const { stdout } = await asked(program, ["auth", "status", "--json"], env);
  const { loggedIn, authMethod } = parsed(stdout);
  if (loggedIn === true) return { name, status: "ok", found: `by ${authMethod ?? "its own account"}` };
  const advice = "claude auth login, or set ANTHROPIC_API_KEY";
  if (loggedIn === false) return { name, status: "problem", found: "not signed in", advice };
  return { name, status: "warning", found: "it does not say", advice };
}

function parsed(text: string): { readonly loggedIn?: unknown; readonly authMethod?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
