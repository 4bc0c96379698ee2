import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a command costs, all processes together. */
export interface Cost {
  /** Seconds on the clock. */
  readonly wall: number;
  /** Seconds of CPU time, user and system, of the command and all processes that it waited for. */
  readonly cpu: number;
  /** Peak resident memory of the largest of its processes, in MB. */
  readonly memory: number;
}

export interface Command {
  readonly command: readonly [file: string, ...args: string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called before each measurement, which it is not part of. */
  readonly prepare?: () => void;
}

/** Where GNU time writes its figures: on standard error, a command's late output could follow them. */
const figures = join(tmpdir(), `interserve-bench-time-${process.pid}`);

/** Runs a command under GNU time. Throws an error with its output if it fails. */
export function costOf({ command, cwd, env, prepare }: Command): Cost {
  prepare?.();
  const started = performance.now();
  const timed = ["-o", figures, "-f", "%U %S %M", ...command];
  const { status, stdout, stderr, error } = spawnSync("/usr/bin/time", timed, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
  });
  const wall = (performance.now() - started) / 1000;
  if (error) throw new Error("expected GNU time at /usr/bin/time (Debian's package time)", { cause: error });
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  const [user = 0, system = 0, kilobytes = 0] = readFileSync(figures, "utf8").trim().split(" ").map(Number);
  rmSync(figures);
  return { wall, cpu: user + system, memory: kilobytes / 1024 };
}

/**
 * Measures in rounds, in each of which every subject has its turn and the order rotates, so that a busy moment of the
 * machine meets all of them. Returns the results of each subject, by round.
 */
export async function inRounds<Subject extends string, Result>(
  rounds: number,
  subjects: Readonly<Record<Subject, () => Result | Promise<Result>>>,
): Promise<Record<Subject, Result[]>> {
  const names = Object.keys(subjects) as Subject[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<
    Subject,
    Result[]
  >;
  for (let round = 0; round < rounds; round += 1) {
    const at = round % names.length;
    for (const name of [...names.slice(at), ...names.slice(0, at)])
      results[name].push(await subjects[name]());
  }
  return results;
}

export interface Quartiles {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export function quartiles(figures: readonly number[]): Quartiles {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

/** Quartiles of the ratios of two lists, round by round. */
export const ratios = (over: readonly number[], under: readonly number[]): Quartiles =>
  quartiles(over.map((figure, round) => figure / (under[round] ?? Number.NaN)));
