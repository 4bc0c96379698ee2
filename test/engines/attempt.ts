import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect } from "vitest";
import type { Outcome } from "../../schemas/outcome.ts";
import type { AttemptRequest, Engine } from "../../src/engines/engine.ts";
import { carriers } from "../process/processes.ts";

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** One attempt in a temporary directory. */
export class Attempt {
  readonly marker = `attempt/${randomUUID()}`;
  readonly progress: string[] = [];
  readonly controller = new AbortController();
  private readonly waiting: (() => void)[] = [];
  readonly files: AttemptRequest["files"];
  private constructor(readonly dir: string) {
    this.files = {
      given: this.path("files/given"),
      prompt: this.path("files/prompt.md"),
      output: this.path("files/output.md"),
      events: this.path("files/events.jsonl"),
      log: this.path("files/log.txt"),
    };
  }

  static async make(): Promise<Attempt> {
    const attempt = new Attempt(await realpath(await mkdtemp(join(tmpdir(), "interserve-engine-"))));
    await mkdir(attempt.path("project"));
    await mkdir(attempt.path("files"));
    return attempt;
  }

  path = (name: string): string => join(this.dir, name);
  text = (name: keyof AttemptRequest["files"]): Promise<string> => readFile(this.files[name], "utf8");

  /** Runs the attempt with an engine. */
  async by(
    engine: Engine,
    { env = {}, run, ...rest }: Partial<AttemptRequest> & { readonly run?: string } = {},
  ): Promise<Outcome> {
    const prompt = rest.prompt ?? "Do it.\n";
    await writeFile(this.files.prompt, prompt);
    return engine.attempt({
      task: {
        id: "t",
        files: [],
        depends: [],
        verify: [],
        retries: 0,
        ...(run === undefined ? {} : { run }),
      },
      tier: "deep",
      prompt,
      cwd: this.path("project"),
      env: {
        PATH: process.env.PATH ?? "",
        INTERSERVE_ATTEMPT: this.marker,
        INTERSERVE_PROMPT_FILE: this.files.prompt,
        ...env,
      },
      marker: this.marker,
      timeoutMs: 100_000,
      signal: this.controller.signal,
      graceMs: () => 1000,
      files: this.files,
      onProgress: (text) => {
        this.progress.push(text);
        for (const wake of this.waiting.splice(0)) wake();
      },
      ...rest,
    });
  }

  /** Resolves once a line of progress was reported. */
  async told(text: string): Promise<void> {
    while (!this.progress.includes(text)) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  close = (): Promise<void> => rm(this.dir, { recursive: true, force: true });
}

/** The attempt of the running test, in a file that calls `makeAttemptForEachTest`. */
export let attempt: Attempt;

/** Makes an attempt before each test, and after it checks that no process of it is left. */
export function makeAttemptForEachTest(): void {
  beforeEach(async () => {
    attempt = await Attempt.make();
  });
  afterEach(async () => {
    expect(carriers(attempt.marker)).toEqual([]);
    await attempt.close();
  });
}
