import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { preProcessFile } from "typescript";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../src/index.ts";
import { listRuns, projectRecord } from "../src/journal/project-record.ts";
import { version } from "../src/version.ts";
import { isAlive } from "./process/processes.ts";
import { manifestOf, Rig } from "./rig.ts";

// The built package, as programs use it. Only the types come from the source.
const built = new URL("../dist/index.js", import.meta.url).href;
const {
  loadManifest,
  missingEngines,
  overview,
  prepare,
  ProblemsError,
  startRun,
  UsageError,
}: typeof import("../src/index.ts") = await import(/* @vite-ignore */ built);

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(() => rig.close());

/** Prepares a job of shell commands, by task. */
async function jobOf(commands: Readonly<Record<string, readonly [depends: string, run: string]>>) {
  const tasks = Object.entries(commands).map(([id, [depends, run]]) => ({
    id,
    run,
    depends: depends.split(" ").filter(Boolean),
  }));
  const manifest = { version: 1, mode: "dependency-driven", stages: [{ name: "A", tasks }] };
  const path = await rig.file("plan.exec.yaml", JSON.stringify(manifest));
  return prepare(path, { projectDir: rig.dir });
}

describe("a run", () => {
  test("passes its events in order, and resolves with the outcome of each task", async () => {
    const { job, problems } = await jobOf({ a: ["", "echo made it"], b: ["a", "exit 3"], c: ["b", "true"] });
    expect(problems).toEqual([]);
    expect(await missingEngines(job)).toEqual([]);
    expect(overview(job)).toMatchObject({ waves: [["a"], ["b"], ["c"]], critical_path: ["a", "b", "c"] });
    const events: RunEvent[] = [];
    const run = await startRun(job, { onEvent: (event) => void events.push(event) });
    const result = await run.finished;
    expect(result).toMatchObject({ run: run.run, directory: run.directory, exitCode: 1 });
    expect(result.counts).toMatchObject({ pass: 1, fail: 1, skipped: 1, error: 0 });
    expect([...result.outcomes].map(([task, { status }]) => `${task} ${status}`)).toEqual([
      "a pass",
      "b fail",
      "c skipped",
    ]);
    expect(result.outcomes.get("a")?.output).toContain(run.directory);
    const story = events.map((event) => ("task" in event ? `${event.event} ${event.task}` : event.event));
    expect(story[0]).toBe("run.started");
    expect(story.at(-1)).toBe("run.finished");
    expect(story.filter((line) => /started |settled /.test(line))).toEqual([
      "task.started a",
      "task.settled a",
      "task.started b",
      "task.settled b",
      "task.settled c",
    ]);
    expect(events.every((event) => event.run === run.run && !Number.isNaN(Date.parse(event.at)))).toBe(true);
    // The same events are in the journal.
    const journal = (await readFile(join(run.directory, "journal.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const event of events.filter((one) => one.event !== "task.progress"))
      expect(journal).toContainEqual(expect.objectContaining(event));
  });

  test("can be cancelled: running tasks are ended with their processes, the others do not start", async () => {
    const { job } = await jobOf({ a: ["", "echo $$ > pid; echo up; exec sleep 1000"], b: ["a", "true"] });
    let up = () => {};
    const running = new Promise<void>((resolve) => {
      up = resolve;
    });
    const run = await startRun(job, { onEvent: (event) => event.event === "task.progress" && up() });
    await running;
    run.cancel("enough", 99);
    const { exitCode, counts, outcomes } = await run.finished;
    expect({ exitCode, cancelled: counts.cancelled }).toEqual({ exitCode: 99, cancelled: 2 });
    expect(outcomes.get("b")).toMatchObject({ status: "cancelled", reason: "enough" });
    expect(isAlive(Number(await readFile(join(rig.dir, "pid"), "utf8")))).toBe(false);
  });

  test("asks between batches, and ends if the answer is no", async () => {
    const manifest = manifestOf([{ a: "" }, { b: "" }], { top: "mode: manual-batching" }).replaceAll(
      /run: .*/g,
      'run: "true"',
    );
    const { job } = await prepare(await rig.file("m.exec.yaml", manifest), {
      projectDir: rig.dir,
      step: true,
    });
    const asked: string[][] = [];
    const run = await startRun(job, {
      approve: async (next) => {
        asked.push([...next]);
        return false;
      },
    });
    expect((await run.finished).counts).toMatchObject({ pass: 1, cancelled: 1 });
    expect(asked).toEqual([["b"]]);
  });

  test("does not disturb another run of the same job", async () => {
    const { job } = await jobOf({ a: ["", "true"] });
    const runs = await Promise.all([startRun(job), startRun(job)]);
    const results = await Promise.all(runs.map(({ finished }) => finished));
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(await listRuns(await projectRecord(rig.dir))).toHaveLength(2);
  });
});

describe("preparing a job", () => {
  test("throws all problems of a manifest", async () => {
    const path = await rig.file("bad.exec.yaml", "version: 2\nmode: x\nstages: []\n");
    const error = await prepare(path, { projectDir: rig.dir }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemsError);
    const codes = (error as InstanceType<typeof ProblemsError>).problems.map(({ code }) => code);
    expect(codes).toEqual(["unsupported-version", "unknown-mode", "no-tasks"]);
    expect((await loadManifest(path)).problems.map(({ code }) => code)).toEqual(codes);
  });

  test.each([
    [{ mode: "fastest" }, 'unknown mode "fastest"'],
    [{ engine: "gpt" }, 'unknown engine "gpt"'],
    [{ maxParallel: 0 }, "expected maxParallel to be a whole number from 1 to 1000, found 0"],
    [{ maxParallel: Number.NaN }, "expected maxParallel to be a whole number from 1 to 1000, found NaN"],
    [{ projectDir: "/nowhere/at/all" }, "project directory /nowhere/at/all is not a directory"],
    [{ step: true }, "has no batches"],
  ])("throws a UsageError for options that the types forbid: %j", async (options, message) => {
    const path = await rig.file("p.exec.yaml", manifestOf([{ a: "" }]));
    const error = await prepare(path, { projectDir: rig.dir, ...options } as never).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
  });
});

describe("the package", () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const facts = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

  test("reports its own version", () => {
    expect(version).toBe(facts.version);
  });

  test("contains what is needed and nothing else", () => {
    const said = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const paths: string[] = JSON.parse(said)[0].files.map(({ path }: { path: string }) => path);
    for (const needed of [
      "package.json",
      "LICENSE",
      "dist/main.js",
      "dist/index.js",
      "dist/index.d.ts",
      "schemas/exec-manifest.schema.json",
    ]) {
      expect(paths).toContain(needed);
    }
    for (const named of facts.files)
      if (existsSync(join(root, named))) expect(paths.some((path) => path.startsWith(named))).toBe(true);
    expect(paths.filter((path) => /^(src|test|bench|machines|node_modules|examples)\//.test(path))).toEqual(
      [],
    );
    expect(readFileSync(join(root, "dist/main.js"), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test("declares every package that the built files import", () => {
    const imported = new Set<string>();
    const seen = new Set<string>();
    const read = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const { fileName: from } of preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles) {
        if (from.startsWith(".")) read(resolve(dirname(file), from.replace(/(?<!\.d)\.ts$/, ".d.ts")));
        else if (!from.startsWith("node:")) imported.add(/^(@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? "");
      }
    };
    for (const entry of ["main.js", "index.js", "index.d.ts"]) read(join(root, "dist", entry));
    expect(seen.size).toBeGreaterThan(60);
    expect(imported.size).toBeGreaterThan(2);
    for (const name of imported) expect(Object.keys(facts.dependencies)).toContain(name);
  });
});
