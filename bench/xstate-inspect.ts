/**
 * What `--xstate-inspect` costs at 1 000 tasks: the machines alone, with tasks that do nothing, and a whole run of
 * commands; each without it, with it and nobody looking, and with somebody who reads everything in another process.
 * Prints ratios; absolute times are this machine's. Needs `npm run build`.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createActor, fromPromise, type InspectionEvent } from "xstate";
import { modeConfigs } from "../machines/modes/modes.ts";
import { orchestratorMachine } from "../machines/orchestrator.machine.ts";
import { runSpec } from "../machines/schedule.ts";
import { taskMachine } from "../machines/task.machine.ts";
import type { ManifestTask } from "../schemas/manifest.ts";
import type { Outcome } from "../schemas/outcome.ts";
import { prepare, startRun } from "../src/index.ts";
import { startXStateInspector } from "../src/inspect/xstate-inspector.ts";
import { median } from "./median.ts";

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

async function machinesAlone(inspect: Inspect): Promise<number> {
  const started = performance.now();
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
  return performance.now() - started;
}

async function wholeRun(inspect: Inspect): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "interserve-bench-"));
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

/** A process that reads and parses whatever it is told. */
async function reader(url: string): Promise<() => void> {
  const code = `const { WebSocket } = require("ws"); const s = new WebSocket(process.argv[1]);
    s.on("open", () => console.log("open")); s.on("message", (data) => JSON.parse(data)); s.on("close", () => process.exit());`;
  const child = spawn(process.execPath, ["-e", code, url], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return () => child.kill();
}

async function compare(name: string, measure: (inspect: Inspect) => Promise<number>, rounds: number) {
  const figures: { off: number[]; alone: number[]; watched: number[] } = { off: [], alone: [], watched: [] };
  await measure(undefined);
  for (let round = 0; round < rounds; round += 1) {
    figures.off.push(await measure(undefined));
    const alone = await startXStateInspector(resolve("dist/inspect"));
    figures.alone.push(await measure(alone.inspect));
    await alone.close();
    const watched = await startXStateInspector(resolve("dist/inspect"));
    const stop = await reader(`${watched.url.replace("http", "ws")}ws`);
    figures.watched.push(await measure(watched.inspect));
    stop();
    await watched.close();
  }
  const ratio = (of: number[]) => (median(of) / median(figures.off)).toFixed(2);
  console.log(
    `${name.padEnd(24)}off ${median(figures.off).toFixed(0)} ms; on: ${ratio(figures.alone)} times; watched: ${ratio(figures.watched)} times`,
  );
}

const [alone = 9, whole = 3] = process.argv.slice(2).map(Number);
await compare("machines alone", machinesAlone, alone);
if (whole > 0) await compare("whole run of `true`", wholeRun, whole);
