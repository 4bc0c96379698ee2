import { type FileHandle, open, rename } from "node:fs/promises";
import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { execa } from "execa";
import { isDirectory } from "../text/on-disk.ts";
import { oneLine } from "../text/one-line.ts";
import { endTree, type Tree } from "./tree.ts";

/** Takes the bytes of a stream as they come, and is told of their end. */
export interface Watcher {
  readonly push: (bytes: Buffer) => void;
  readonly end: () => void;
}

export interface ProcessRequest {
  /** A program and its arguments, or a command line for `/bin/sh`. */
  readonly command: readonly [file: string, ...args: string[]] | { readonly shell: string };
  readonly cwd: string;
  /** The complete environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The marker that `env` carries. */
  readonly marker: string;
  /** Standard input; without it there is none. */
  readonly input?: string;
  /** Where standard output and error go, byte for byte. Each file appears, whole, when the process has ended. */
  readonly stdoutFile: string;
  readonly stderrFile?: string;
  readonly watchStdout?: Watcher;
  readonly watchStderr?: Watcher;
  readonly timeoutMs: number;
  /** How long it may write nothing at all; without it, for ever. */
  readonly stallMs?: number | undefined;
  /** Aborted when the process is to end. */
  readonly signal: AbortSignal;
  /** Between SIGTERM and SIGKILL, in milliseconds; may shrink while it is waited for. */
  readonly graceMs: () => number;
}

/** How a process ended. `timeout` and `cancelled` are our own doing, whatever it said on its way out. */
export interface ProcessEnd {
  readonly ended:
    | "exited"
    | "signalled"
    | "timeout"
    | "stalled"
    | "cancelled"
    | "not-started"
    | "output-lost";
  readonly exitCode?: number;
  readonly signal?: string;
  /** For `not-started` and `output-lost`: why, in one line. */
  readonly message?: string;
  /** For `not-started`: the system's code, where it gave one. */
  readonly code?: string;
  readonly durationMs: number;
  /** Size of standard output. */
  readonly stdoutBytes: number;
}

/**
 * What a process that has ended by itself leaves running, in milliseconds: how long it may go on, so that a `tee` can
 * empty its pipe, and how long it gets to clean up after that.
 */
const leftovers = { patienceMs: 500, graceMs: 1000 };
/** How much of a stream `readProcess` takes, in characters. */
const longestRead = 64 * 1024 * 1024;
/** What setTimeout can count to, in milliseconds. */
const longestTimer = 2 ** 31 - 1;
/** A pipe that somebody outside the tree holds open is let go when it was silent for two of these, or after twenty. */
const pipeRoundMs = 250;

/**
 * Runs a process in a group of its own, to its end and to that of everything it started. Never rejects: whatever
 * happens is a ProcessEnd. Memory does not grow with output.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessEnd> {
  const since = performance.now();
  const told = (end: Omit<ProcessEnd, "durationMs" | "stdoutBytes">, stdoutBytes = 0): ProcessEnd => ({
    ...end,
    durationMs: performance.now() - since,
    stdoutBytes,
  });
  if (request.signal.aborted) return told({ ended: "cancelled" });
  const child = start(request);
  if (child instanceof Error) return told(await notStarted(request, child));
  if (child.pid === undefined) return told(await notStarted(request, (await child) as StartError));

  const tree: Tree = { group: child.pid, marker: request.marker };
  const exit = new Promise<{ code?: number; signal?: string }>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ? { signal } : { code: code ?? 0 }));
  });
  const stdout = new Copy(child.stdout, request.stdoutFile, request.watchStdout);
  const stderr = new Copy(child.stderr, request.stderrFile, request.watchStderr);

  const stop = await firstReason(request, exit, [stdout, stderr]);
  const gone = stop === undefined || (await endTree(tree, request.graceMs));
  // One that not even SIGKILL ends must hold neither this attempt nor the end of the program.
  if (!gone) child.unref();
  const { code, signal } = gone ? await exit : {};
  if (stop === undefined) {
    await endTree(tree, () => Math.min(request.graceMs(), leftovers.graceMs), leftovers.patienceMs);
  }
  const lost = await ends([stdout, stderr]);

  if (stop === "timeout" || stop === "stalled" || stop === "cancelled")
    return told({ ended: stop }, stdout.bytes);
  if (lost) return told({ ended: "output-lost", message: oneLine(lost.message) }, stdout.bytes);
  if (signal !== undefined) return told({ ended: "signalled", signal }, stdout.bytes);
  return told({ ended: "exited", exitCode: code ?? 0 }, stdout.bytes);
}

/**
 * Runs a short program of the user's own, one that starts nothing that outlives it, and gives what it said. Never
 * rejects; without an `exitCode` it could not be started, was ended, took too long or said too much.
 */
export async function readProcess(
  command: readonly [file: string, ...args: string[]],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly timeoutMs: number;
  },
): Promise<{ exitCode?: number; stdout: string; stderr: string }> {
  const [file, ...args] = command;
  try {
    const { exitCode, stdout, stderr, isMaxBuffer } = await execa(file, args, {
      cwd: options.cwd,
      env: options.env,
      extendEnv: false,
      timeout: options.timeoutMs,
      forceKillAfterDelay: leftovers.graceMs,
      maxBuffer: longestRead,
      reject: false,
      stdin: "ignore",
    });
    return exitCode === undefined || isMaxBuffer ? { stdout, stderr } : { exitCode, stdout, stderr };
  } catch (error) {
    return { stdout: "", stderr: oneLine((error as Error).message) };
  }
}

function start({ command, cwd, env, input }: ProcessRequest) {
  const [file, ...args] = "shell" in command ? (["/bin/sh", "-c", command.shell] as const) : command;
  try {
    return execa(file, args, {
      cwd,
      env,
      extendEnv: false,
      // A group of its own, so that one signal reaches everything that it starts.
      detached: true,
      cleanup: false,
      buffer: false,
      reject: false,
      encoding: "buffer",
      // An open pipe on standard input hangs some agents for ever.
      ...(input === undefined ? { stdin: "ignore" } : { input }),
    });
  } catch (error) {
    // A command that no process can have: with a NUL in it, say.
    return error as Error;
  }
}

interface StartError {
  readonly code?: string;
  readonly message?: string;
  readonly originalMessage?: string;
}

const notStarted = async (request: ProcessRequest, error: StartError) =>
  ({
    ended: "not-started",
    message: await whyNot(request, error),
    ...(error.code === undefined ? {} : { code: error.code }),
  }) as const;

/** Why a process could not be started; the system's own words name the program also where the directory is missing. */
async function whyNot({ command, cwd }: ProcessRequest, error: StartError): Promise<string> {
  const program = "shell" in command ? "/bin/sh" : command[0];
  if (!(await isDirectory(cwd)))
    return oneLine(`the working directory ${cwd} is not there, or cannot be entered`);
  if (error.code === "ENOENT")
    return oneLine(`there is no program ${program}, or not what its first line names`);
  if (error.code === "EACCES") return oneLine(`${program} may not be executed`);
  return oneLine(error.originalMessage ?? error.message ?? `${program} could not be started`);
}

type Stop = "timeout" | "stalled" | "cancelled" | "output-lost";

/** Why the process is to be ended, or nothing where it ended by itself. */
async function firstReason(
  { timeoutMs, stallMs, signal }: ProcessRequest,
  exit: Promise<unknown>,
  copies: readonly Copy[],
): Promise<Stop | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let stall: NodeJS.Timeout | undefined;
  let abort = () => {};
  try {
    return await new Promise<Stop | undefined>((resolve) => {
      // Monotonic time: that a laptop has slept does not count.
      timer = setTimeout(() => resolve("timeout"), Math.min(timeoutMs, longestTimer));
      if (stallMs !== undefined) {
        const look = () => {
          const silent = performance.now() - Math.max(...copies.map(({ lastAt }) => lastAt));
          if (silent >= stallMs) resolve("stalled");
          else stall = setTimeout(look, Math.min(stallMs - silent, longestTimer));
        };
        look();
      }
      abort = () => resolve("cancelled");
      signal.addEventListener("abort", abort);
      for (const { done } of copies) void done.then((error) => error && resolve("output-lost"));
      void exit.then(() => resolve(undefined));
    });
  } finally {
    clearTimeout(timer);
    clearTimeout(stall);
    signal.removeEventListener("abort", abort);
  }
}

/** A stream on its way into `<file>.part`, which becomes the file at its end; without a file it is just read. */
class Copy {
  bytes = 0;
  /** When it began, or its last piece came. */
  lastAt = performance.now();
  /** Whether a piece of it is being written: it may be slow, but it is not silent. */
  writing = false;
  /** Resolves at the end of the stream, when the file is there, with what went wrong; never rejects. */
  readonly done: Promise<Error | undefined>;
  private dropped = false;

  constructor(
    private readonly stream: Readable,
    file: string | undefined,
    watcher: Watcher | undefined,
  ) {
    this.done = (file === undefined ? this.read(watcher) : this.keep(file, watcher)).then(
      () => undefined,
      (error: Error) => {
        stream.destroy();
        return error;
      },
    );
  }

  /** Lets go of a stream that does not end; what has come so far is kept. */
  drop(): void {
    this.dropped = true;
    this.stream.destroy();
  }

  private async keep(file: string, watcher: Watcher | undefined): Promise<void> {
    const part = `${file}.part`;
    const opening = open(part, "w");
    try {
      await Promise.all([opening, this.read(watcher, opening)]);
    } finally {
      await (await opening).close();
      await rename(part, file);
    }
  }

  /** Has to begin at once, with the file still being opened: Node throws away what nobody reads of an ended process. */
  private async read(watcher: Watcher | undefined, opening?: Promise<FileHandle>): Promise<void> {
    try {
      for await (const chunk of this.stream as AsyncIterable<Buffer>) {
        this.bytes += chunk.length;
        this.lastAt = performance.now();
        watcher?.push(chunk);
        this.writing = true;
        await (await opening)?.writeFile(chunk);
        this.writing = false;
      }
    } catch (error) {
      if (!this.dropped) throw error;
    }
    watcher?.end();
  }
}

/** Waits for the copies to be done, and gives what went wrong with the first that could not be written. */
async function ends(copies: readonly Copy[]): Promise<Error | undefined> {
  const all = Promise.all(copies.map(({ done }) => done));
  const bytes = () => copies.reduce((sum, copy) => sum + copy.bytes, 0);
  // Two silent rounds, not one long one: a timer that fires late, on a busy machine, has let nobody read before it.
  for (let round = 0, silent = 0; round < 20 && silent < 2; round += 1) {
    const before = bytes();
    const results = await Promise.race([all, wait(pipeRoundMs, undefined, { ref: false })]);
    if (results) return results.find((error) => error !== undefined);
    silent = bytes() > before || copies.some(({ writing }) => writing) ? 0 : silent + 1;
  }
  // Whoever still holds a pipe is not of this tree.
  for (const copy of copies) copy.drop();
  return (await all).find((error) => error !== undefined);
}
