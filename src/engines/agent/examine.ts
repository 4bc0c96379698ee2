import { tmpdir } from "node:os";
import { readProcess } from "../../process/spawn.ts";
import { oneLine } from "../../text/one-line.ts";
import type { Check } from "../engine.ts";
import versions from "../tested-versions.json" with { type: "json" };

type Environment = Readonly<Record<string, string>>;

/** How long an agent's CLI may take to say something of itself, in milliseconds. */
const patienceMs = 30_000;

/** Asks an agent's CLI something of itself, away from any project. */
export const asked = (program: string, args: readonly string[], env: Environment) =>
  readProcess([program, ...args], { cwd: tmpdir(), env, timeoutMs: patienceMs });

export const absent = (name: keyof typeof versions, program: string, where: string): Check => ({
  name,
  status: "absent",
  found: `${program}, ${where}`,
  advice: `npm install -g ${versions[name].package}@${versions[name].version}, to use this engine`,
});

/** The program and its version, held against the one that the engine is tested with. */
export async function versionCheck(
  name: keyof typeof versions,
  program: string,
  env: Environment,
): Promise<Check> {
  const tested = versions[name];
  const { exitCode, stdout, stderr } = await asked(program, ["--version"], env);
  const version = /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0];
  const install = `npm install -g ${tested.package}@${tested.version}`;
  if (exitCode !== 0 || version === undefined) {
    const said = oneLine(stderr || stdout || "no word", 200);
    return {
      name,
      status: "problem",
      found: `${program}, which cannot tell its version: ${said}`,
      advice: install,
    };
  }
  const found = `${version}, ${program}`;
  if (version === tested.version) return { name, status: "ok", found };
  const advice = `tested with ${tested.version}; should it misbehave: ${install}`;
  return { name, status: "warning", found, advice };
}
