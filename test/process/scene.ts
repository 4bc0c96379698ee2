import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect } from "vitest";
import { lineSplitter } from "../../src/process/lines.ts";
import { type ProcessEnd, type ProcessRequest, runProcess } from "../../src/process/spawn.ts";
import { carriers } from "./processes.ts";

const treeScript = fileURLToPath(new URL("../fixtures/fake-tree.sh", import.meta.url));

/** A temporary directory and a marker, for processes to run in. */
export class Scene {
  readonly marker = `scene/${randomUUID()}`;
  private readonly controller = new AbortController();
  private constructor(readonly dir: string) {}

  static make = async (): Promise<Scene> =>
    new Scene(await realpath(await mkdtemp(join(tmpdir(), "interserve-process-"))));

  path = (name: string): string => join(this.dir, name);
  text = (name: string): Promise<string> => readFile(this.path(name), "utf8");
  abort = (): void => this.controller.abort();

  request(command: ProcessRequest["command"], extra: Partial<ProcessRequest> = {}): ProcessRequest {
    return {
      command,
      cwd: this.dir,
      env: { PATH: process.env.PATH ?? "", INTERSERVE_ATTEMPT: this.marker },
      marker: this.marker,
      stdoutFile: this.path("out"),
      stderrFile: this.path("err"),
      timeoutMs: 100_000,
      signal: this.controller.signal,
      graceMs: () => 100_000,
      ...extra,
    };
  }

  run = (command: ProcessRequest["command"], extra?: Partial<ProcessRequest>): Promise<ProcessEnd> =>
    runProcess(this.request(command, extra));

  shell = (line: string, extra?: Partial<ProcessRequest>): Promise<ProcessEnd> =>
    this.run({ shell: line }, extra);

  /** Starts `fake-tree.sh`, whose output can be waited for while it runs. */
  tree(args: readonly string[], extra?: Partial<ProcessRequest>): Running {
    const running = new Running();
    const watchStdout = lineSplitter(running.heard);
    running.end = this.run([treeScript, ...args], {
      watchStdout: { push: watchStdout.push, end: () => running.heard("closed") },
      ...extra,
    });
    return running;
  }

  close = (): Promise<void> => rm(this.dir, { recursive: true, force: true });
}

/** A running process. */
export class Running {
  end: Promise<ProcessEnd> = Promise.reject(new Error("not started"));
  readonly lines: string[] = [];
  private waiting: (() => void)[] = [];

  constructor() {
    this.end.catch(() => {});
  }

  heard = (line: string): void => {
    this.lines.push(line);
    for (const wake of this.waiting.splice(0)) wake();
  };

  /** Resolves once it has printed a line; `closed` means the end of its output. */
  async says(line: string): Promise<void> {
    while (!this.lines.includes(line)) {
      await Promise.race([
        new Promise<void>((resolve) => this.waiting.push(resolve)),
        this.end.then((end) => {
          if (!this.lines.includes(line))
            throw new Error(`ended without printing ${line}: ${JSON.stringify(end)}`);
        }),
      ]);
    }
  }
}

/** The scene of the running test, in a file that calls `makeSceneForEachTest`. */
export let scene: Scene;

/** Makes a scene before each test, and after it checks that no process of it is left. */
export function makeSceneForEachTest(): void {
  beforeEach(async () => {
    scene = await Scene.make();
  });
  afterEach(async () => {
    expect(carriers(scene.marker)).toEqual([]);
    await scene.close();
  });
}
