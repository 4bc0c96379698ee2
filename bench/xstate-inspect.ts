/**
 * Measures what `--xstate-inspect` costs for 1 000 tasks: the machines alone, with tasks that do nothing, and a whole run
 * of commands. Each is measured without the flag, with it and nothing connected, and with another process that reads
 * everything. Prints ratios to the round without the flag (`off`), with median and quartiles; `off again` shows the noise.
 * The machines alone are measured in CPU time of this process, whole runs in time on the clock; absolute times are this
 * machine's. Arguments: rounds of the machines alone, rounds of whole runs.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createActor, fromPromise, type InspectionEvent } from "xstate";
import { modeConfigs } from "../machines/modes/modes.ts";
import { orchestratorMachine } from "../machines/orchestrator.machine.ts";
import { runSpec } from "../machines/schedule/run-spec.ts";
import { taskMachine } from "../machines/task.machine.ts";
import type { ManifestTask } from "../schemas/manifest.ts";
import type { Outcome } from "../schemas/outcome.ts";
import { prepare, startRun } from "../src/index.ts";
import { startXStateInspector } from "../src/inspect/xstate/inspector.ts";
import { quartiles } from "./measure.ts";

const passed: Outcome = { status: "pass" };
const chains = (count: number): ManifestTask[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `t${at}`,
    files: [],
    depends: at < 10 ? [] : [`t${at - 10}`],
    verify: [],
    retries: 0,
  }));

type Inspect = ((event: InspectionEvent) => void) | undefined;

/** CPU time of this process in milliseconds, without what else the machine does. */
const ownTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function machinesAlone(inspect: Inspect): Promise<number> {
  const started = ownTime();
  const stages = [{ name: "all", tasks: chains(1000) }];
  const facts = { stages, stage_barriers: "strict", max_parallel: 8, pause: false } as const;
  const spec = runSpec({ ...facts, stages }, modeConfigs["dependency-driven"]);
  const task = taskMachine.provide({ actors: { attempt: fromPromise(async () => passed) } });
  const machine = orchestratorMachine("dependency-driven").provide({ actors: { task } });
  const actor = createActor(machine, { input: { spec }, ...(inspect ? { inspect } : {}) });
  await new Promise<void>((resolve) => {
    actor.on("run.settled", () => resolve());
    actor.start();
  });
  return ownTime() - started;
}

async function wholeRun(inspect: Inspect): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "interserve-bench-"));
  process.env.INTERSERVE_STATE_DIR = join(directory, "state");
  try {
    const lines = chains(1000).map(
      ({ id, depends }) => `      - {id: ${id}, depends: [${depends.join(", ")}], run: "true"}`,
    );
    const manifest = join(directory, "plan.exec.yaml");
    const head = "version: 1\nmode: dependency-driven\nmax_parallel: 8\nstages:\n  - name: all\n    tasks:\n";
    await writeFile(manifest, `${head}${lines.join("\n")}\n`);
    const { job } = await prepare(manifest, { projectDir: directory });
    const started = performance.now();
    const run = await startRun(job, inspect ? { inspect } : {});
    const { exitCode } = await run.finished;
    if (exitCode !== 0) throw new Error("a task did not pass");
    return performance.now() - started;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Starts a process that reads and parses every message. Returns a function that stops it. */
async function reader(url: string): Promise<() => void> {
  const code = `const { WebSocket } = require("ws"); const s = new WebSocket(process.argv[1]);
    s.on("open", () => console.log("open")); s.on("message", (data) => JSON.parse(data)); s.on("close", () => process.exit());`;
  const child = spawn(process.execPath, ["-e", code, url], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return () => child.kill();
}

type Measure = (inspect: Inspect) => Promise<number>;

/** Milliseconds with an inspector, watched by another process or by nobody: of the run, and until all messages are sent. */
async function inspected(measure: Measure, isWatched: boolean): Promise<{ run: number; sent: number }> {
  const inspector = await startXStateInspector(resolve("dist/inspect"), () => {});
  const stop = isWatched ? await reader(`${inspector.url.replace("http", "ws")}ws`) : undefined;
  const run = await measure(inspector.inspect);
  const ended = ownTime();
  // Sends the rest of its queue before it resolves.
  const closed = inspector.close();
  const sent = run + ownTime() - ended;
  await closed;
  stop?.();
  return { run, sent };
}

/** Measures each way once a round, in rotating order, so that none always follows the same other one. */
async function compare(name: string, measure: Measure, rounds: number): Promise<void> {
  const ways: Record<string, () => Promise<Record<string, number>>> = {
    off: async () => ({ off: await measure(undefined) }),
    nothing: async () => ({ "a listener that does nothing": await measure(() => {}) }),
    again: async () => ({ "off again": await measure(undefined) }),
    on: async () => ({ on: (await inspected(measure, false)).run }),
    watched: async () => {
      const { run, sent } = await inspected(measure, true);
      return { watched: run, "watched, until all is sent": sent };
    },
  };
  const ratios = new Map<string, number[]>();
  const off: number[] = [];
  const names = Object.keys(ways);
  for (let round = -1; round < rounds; round += 1) {
    const figures: Record<string, number> = {};
    for (let at = 0; at < names.length; at += 1) {
      globalThis.gc?.();
      Object.assign(figures, await ways[names[(at + round + 1) % names.length] as string]?.());
    }
    // The first round warms up.
    if (round < 0) continue;
    off.push(figures.off as number);
    for (const [way, figure] of Object.entries(figures)) {
      if (way !== "off") ratios.set(way, [...(ratios.get(way) ?? []), figure / (figures.off as number)]);
    }
  }
  console.log(`${name}: off ${quartiles(off).median.toFixed(0)} ms, ${rounds} rounds`);
  for (const [way, all] of ratios) {
    const { low, median, high } = quartiles(all);
    console.log(`  ${way.padEnd(30)}${median.toFixed(2)} times (${low.toFixed(2)} to ${high.toFixed(2)})`);
  }
}

const [alone = 41, whole = 3] = process.argv.slice(2).map(Number);
await compare("machines alone", machinesAlone, alone);
if (whole > 0) await compare("whole run of `true`", wholeRun, whole);
