import { tmpdir } from "node:os";
import { readProcess } from "../../process/spawn.ts";
import { oneLine } from "../../text/one-line.ts";
import type { Check } from "../engine.ts";
import { whereMissing } from "../find-executable.ts";

type Environment = Readonly<Record<string, string>>;

/** The npm package of an agent's CLI, and the version that its engine is tested with. */
interface Tested {
  readonly package: string;
  readonly version: string;
}

/** How long an agent's CLI may take to answer a question about itself, in milliseconds. */
const patienceMs = 30_000;

/** Runs an agent's CLI to ask it about itself, away from any project. */
export const ask = (program: string, args: readonly string[], env: Environment) =>
  readProcess([program, ...args], { cwd: tmpdir(), env, timeoutMs: patienceMs });

/** Says in one sentence that the program of an engine is not installed, and what to do about it. */
export const missingProgram = (engine: string, program: string, tested: Tested): string =>
  `The engine "${engine}" needs the program "${program}", ${whereMissing(program)}. Install it with "npm install -g ${tested.package}", or choose another with --engine.`;

/** Reports to the doctor that the program of an engine is not installed. */
export const absentCheck = (engine: string, program: string, tested: Tested): Check => ({
  name: engine,
  status: "absent",
  found: `${program}, ${whereMissing(program)}`,
  advice: `${installCommand(tested)}, to use this engine`,
});

/** Compares the version of an engine's program with the tested one. */
export async function versionCheck(
  engine: string,
  program: string,
  tested: Tested,
  env: Environment,
): Promise<Check> {
  const { exitCode, stdout, stderr } = await ask(program, ["--version"], env);
  const version = /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0];
  if (exitCode !== 0 || version === undefined) {
    const said = oneLine(stderr || stdout || "no output", 200);
    const found = `${program} does not print its version: ${said}`;
    return { name: engine, status: "problem", found, advice: installCommand(tested) };
  }
  const found = `${version}, ${program}`;
  if (version === tested.version) return { name: engine, status: "ok", found };
  const advice = `tested with ${tested.version}; if it misbehaves: ${installCommand(tested)}`;
  return { name: engine, status: "warning", found, advice };
}

const installCommand = (tested: Tested) => `npm install -g ${tested.package}@${tested.version}`;
