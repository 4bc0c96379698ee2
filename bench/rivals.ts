import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Graph } from "./graph.ts";
import type { Command } from "./measure.ts";

/** The slots of every rival. */
const slots = 8;
const wireit = "0.14.13";
/** The commit that the previous release was packed from. */
export const previousRelease = "c42f5d2";

export const current = resolve("dist/main.js");

/** Makes an empty git repository with a first commit. */
export function repository(): string {
  const folder = mkdtempSync(join(tmpdir(), "interserve-bench-"));
  const identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
  must(folder, "git", "init", "-q");
  must(folder, "git", ...identity, "commit", "-q", "--allow-empty", "-m", "Begin");
  return folder;
}

export function commit(folder: string): void {
  must(folder, "git", "add", "-A");
  must(
    folder,
    "git",
    "-c",
    "user.name=bench",
    "-c",
    "user.email=bench@localhost",
    "commit",
    "-q",
    "-m",
    "Add files",
  );
}

/** The manifest of a graph whose tasks run one command. */
export function manifestOf(graph: Graph, run = "true"): string {
  const tasks = graph.map(
    (depends, task) =>
      `      - {id: t${task}, depends: [${depends.map((on) => `t${on}`).join(", ")}], run: ${JSON.stringify(run)}}`,
  );
  return `version: 1\nmode: dependency-driven\nmax_parallel: ${slots}\nstages:\n  - name: all\n    tasks:\n${tasks.join("\n")}\n`;
}

/** A run of a graph by a build of interserve, in a clean repository. */
export function interserve(main: string, graph: Graph): Command & { readonly cwd: string } {
  const cwd = repository();
  writeFileSync(join(cwd, "plan.exec.yaml"), manifestOf(graph));
  commit(cwd);
  const state = mkdtempSync(join(tmpdir(), "interserve-bench-state-"));
  return {
    command: [process.execPath, main, "run", "plan.exec.yaml"],
    cwd,
    env: { INTERSERVE_STATE_DIR: state, CI: "true", GITHUB_ACTIONS: "" },
    prepare: () => {
      // Records of earlier rounds would cost later ones.
      must(cwd, "rm", "-rf", ".interserve", state);
      mkdirSync(state, { mode: 0o700 });
    },
  };
}

export function make(graph: Graph): Command {
  const cwd = repository();
  const rules = graph.map((depends, task) => `t${task}: ${depends.map((on) => `t${on}`).join(" ")}\n\t@true`);
  const all = graph.map((_, task) => `t${task}`).join(" ");
  writeFileSync(join(cwd, "Makefile"), `.PHONY: all ${all}\nall: ${all}\n${rules.join("\n")}\n`);
  return { command: ["make", `-j${slots}`, "all"], cwd };
}

export function ninja(graph: Graph): Command {
  const cwd = repository();
  const builds = graph.map(
    (depends, task) =>
      `build t${task}: run${depends.length > 0 ? ` | ${depends.map((on) => `t${on}`).join(" ")}` : ""}`,
  );
  writeFileSync(join(cwd, "build.ninja"), `rule run\n  command = true\n${builds.join("\n")}\n`);
  return { command: ["ninja", `-j${slots}`, "--quiet"], cwd };
}

/** Scripts of wireit, without its cache, started as people do: by npm. */
export function wireitScripts(graph: Graph): Command {
  const cwd = repository();
  const names = graph.map((_, task) => `t${task}`);
  const scripts = Object.fromEntries(["all", ...names].map((name) => [name, "wireit"]));
  const tasks = graph.map((depends, task) => [
    `t${task}`,
    { command: "true", dependencies: depends.map((on) => `t${on}`) },
  ]);
  const description = {
    name: "bench",
    private: true,
    scripts,
    devDependencies: { wireit },
    wireit: { ...Object.fromEntries(tasks), all: { dependencies: names } },
  };
  writeFileSync(join(cwd, "package.json"), JSON.stringify(description));
  must(cwd, "npm", "install", "--no-audit", "--no-fund", "--loglevel", "error");
  const env = { WIREIT_PARALLEL: String(slots), WIREIT_CACHE: "none", WIREIT_LOGGER: "quiet" };
  return { command: ["npm", "run", "-s", "all"], cwd, env };
}

/** A loop that starts `sh -c true` for each task of a graph, in its order, and does nothing else. */
export function bareSpawns(graph: Graph): Command {
  const script = `
    const { spawn } = require("node:child_process");
    const depends = ${JSON.stringify(graph)};
    const unmet = depends.map((needs) => needs.length);
    const behind = depends.map(() => []);
    depends.forEach((needs, task) => needs.forEach((need) => behind[need].push(task)));
    const ready = depends.flatMap((needs, task) => (needs.length === 0 ? [task] : []));
    let running = 0;
    const dispatch = () => {
      while (running < ${slots} && ready.length > 0) {
        const task = ready.shift();
        running += 1;
        spawn("/bin/sh", ["-c", "true"], { stdio: "ignore" }).on("exit", () => {
          running -= 1;
          for (const next of behind[task]) if ((unmet[next] -= 1) === 0) ready.push(next);
          dispatch();
        });
      }
    };
    dispatch();`;
  return { command: [process.execPath, "-e", script], cwd: tmpdir() };
}

/** Builds the previous release from git, once. Returns its command line; undefined if git does not have the commit. */
export function previous(): string | undefined {
  const folder = resolve(".cache/bench/previous");
  const main = join(folder, "dist/main.js");
  if (existsSync(main)) return main;
  if (spawnSync("git", ["cat-file", "-e", `${previousRelease}^{commit}`]).status !== 0) return undefined;
  mkdirSync(folder, { recursive: true });
  must(".", "sh", "-c", `git archive ${previousRelease} | tar -x -C ${folder}`);
  must(folder, "npm", "ci", "--no-audit", "--no-fund", "--loglevel", "error");
  must(folder, "npm", "run", "build");
  return main;
}

/** Runs a program to its end. Throws an error with its output if it fails. */
function must(cwd: string, file: string, ...args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: "utf8" });
  if (error) throw new Error(`expected ${file} on PATH`, { cause: error });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
}
