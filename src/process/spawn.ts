import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { isDirectory } from "../text/on-disk.ts";
import { oneLine } from "../text/one-line.ts";
import { shortageIn } from "../text/shortage.ts";
import type { Watcher } from "./lines.ts";
import { type CopyFile, discardCopy, finishCopies, openCopy, StreamCopy } from "./stream-copy.ts";
import { endTree, type Tree } from "./tree.ts";

export interface ProcessRequest {
  /** A program with its arguments, or a command line for `/bin/sh`. */
  readonly command: readonly [file: string, ...args: string[]] | { readonly shell: string };
  readonly cwd: string;
  /** The complete environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The marker in `env`. */
  readonly marker: string;
  /** Standard input; undefined for none. */
  readonly input?: string;
  /** The files that get standard output and error, byte for byte. Each appears, complete, when the process has ended. */
  readonly stdoutFile: string;
  readonly stderrFile?: string;
  readonly watchStdout?: Watcher;
  readonly watchStderr?: Watcher;
  readonly timeoutMs: number;
  /** Milliseconds without any output after which the process is ended; undefined for no limit. */
  readonly stallMs?: number | undefined;
  /** Whether processes that outlive it are left alone if it ends with exit status 0. */
  readonly keepsRunning?: boolean;
  /** Called with the command lines of processes that outlive it and have to be ended; see `endTree`. */
  readonly onLeftovers?: ((commands: readonly string[]) => void) | undefined;
  /** Aborted to end the process. */
  readonly signal: AbortSignal;
  /** Returns the milliseconds between SIGTERM and SIGKILL, which may shrink while they pass. */
  readonly graceMs: () => number;
}

/** The end of a process. For `timeout`, `stalled` and `cancelled` we have ended it, whatever its exit status was. */
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
  /** For `not-started` and `output-lost`: the reason, in one line. */
  readonly message?: string;
  /** For `not-started`: the system's error code, if it gave one. */
  readonly code?: string;
  readonly durationMs: number;
  /** The size of standard output in bytes. */
  readonly stdoutBytes: number;
}

/**
 * Milliseconds for processes that outlive the one that started them: how long they may go on, so that a `tee` can
 * empty its pipe, and how long they get to clean up after that.
 */
const leftovers = { patienceMs: 500, graceMs: 1000 };
/** How much output `readProcess` accepts, in characters. */
const longestRead = 64 * 1024 * 1024;
/** The longest time that setTimeout can count, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * Runs a process in a process group of its own until it and everything that it started have ended. Never rejects: every
 * failure is a ProcessEnd. Memory use does not grow with the output.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessEnd> {
  const since = performance.now();
  const end = request.signal.aborted ? cancelled : await run(request);
  return { ...end, durationMs: performance.now() - since };
}

type UntimedEnd = Omit<ProcessEnd, "durationMs">;
const cancelled: UntimedEnd = { ended: "cancelled", stdoutBytes: 0 };

async function run(request: ProcessRequest): Promise<UntimedEnd> {
  // Before the process, which must not run for nothing if no file can be opened.
  const files = await openFiles(request);
  if (files instanceof Error) return unopened(request, files);
  const child = await start(request);
  if (child instanceof Error) {
    for (const file of files) if (file) await discardCopy(file);
    return notStarted(request, child);
  }

  const tree: Tree = { group: child.pid, marker: request.marker };
  const exit = new Promise<{ code?: number; signal?: string }>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ? { signal } : { code: code ?? 0 }));
  });
  const { keepsRunning: mayStay = false } = request;
  const stdout = new StreamCopy(child.stdout, files[0], request.watchStdout, mayStay);
  const stderr = new StreamCopy(child.stderr, files[1], request.watchStderr, mayStay);

  const stop = await stopReason(request, exit, [stdout, stderr]);
  const isGone = stop === undefined || (await endTree(tree, request.graceMs));
  // A process that survives even SIGKILL must not keep this attempt or the program alive.
  if (!isGone) child.unref();
  const { code, signal } = isGone ? await exit : {};
  const keepsRunning = mayStay && code === 0;
  if (stop === undefined && !keepsRunning) {
    const graceMs = () => Math.min(request.graceMs(), leftovers.graceMs);
    await endTree(tree, graceMs, { patienceMs: leftovers.patienceMs, onEnd: request.onLeftovers });
  }
  const lost = await finishCopies([stdout, stderr], { keepsReading: keepsRunning });

  const stdoutBytes = stdout.bytes;
  if (stop !== undefined && stop !== "output-lost") return { ended: stop, stdoutBytes };
  if (lost) return { ended: "output-lost", message: messageLine(lost.message), stdoutBytes };
  if (signal !== undefined) return { ended: "signalled", signal, stdoutBytes };
  return { ended: "exited", exitCode: code ?? 0, stdoutBytes };
}

/**
 * Runs a short program that starts nothing that outlives it, and returns its output. Never rejects: `exitCode` is
 * undefined if it could not be started, was killed, took too long or wrote too much.
 */
export async function readProcess(
  command: readonly [file: string, ...args: string[]],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly timeoutMs: number;
  },
): Promise<{ exitCode?: number; stdout: string; stderr: string; error?: Error }> {
  const [file, ...args] = command;
  try {
    reserveDescriptors();
    const result = await execa(file, args, {
      cwd: options.cwd,
      env: options.env,
      extendEnv: false,
      timeout: options.timeoutMs,
      forceKillAfterDelay: leftovers.graceMs,
      maxBuffer: longestRead,
      stripFinalNewline: false,
      reject: false,
      stdin: "ignore",
    });
    const { exitCode, stdout, stderr, isMaxBuffer } = result;
    const isWhole = exitCode !== undefined && !isMaxBuffer;
    return {
      stdout,
      stderr,
      ...(isWhole ? { exitCode } : {}),
      ...(result instanceof Error ? { error: result } : {}),
    };
  } catch (error) {
    return { stdout: "", stderr: messageLine((error as Error).message), error: error as Error };
  }
}

/**
 * Makes sure that a program can get its pipes. Throws the system's error. If no descriptor is left, execa ends with an
 * error that nothing can catch.
 */
function reserveDescriptors(): void {
  const reserved: number[] = [];
  try {
    for (let count = 0; count < 16; count += 1) reserved.push(openSync(devNull, "r"));
  } finally {
    for (const descriptor of reserved) closeSync(descriptor);
  }
}

/**
 * Starts a program in a session of its own that may outlive this one. It can send messages to this process, and has only
 * standard error, as a pipe.
 */
export function startDetached(
  command: readonly [file: string, ...args: string[]],
  env: Readonly<Record<string, string | undefined>>,
): ChildProcess {
  const [file, ...args] = command;
  return spawn(file, args, { env, detached: true, stdio: ["ignore", "ignore", "pipe", "ipc"] });
}

/** The files for standard output and error, or why they cannot be opened. */
async function openFiles(
  request: ProcessRequest,
): Promise<readonly [CopyFile, CopyFile | undefined] | Error> {
  let stdout: CopyFile | undefined;
  try {
    stdout = await openCopy(request.stdoutFile);
    return [stdout, request.stderrFile === undefined ? undefined : await openCopy(request.stderrFile)];
  } catch (error) {
    if (stdout) await discardCopy(stdout);
    return error as Error;
  }
}

async function unopened(request: ProcessRequest, error: Error): Promise<UntimedEnd> {
  if (shortageIn(error) !== undefined) return notStarted(request, error);
  return { ended: "output-lost", message: messageLine(error.message), stdoutBytes: 0 };
}

type Child = ChildProcess & { readonly pid: number; readonly stdout: Readable; readonly stderr: Readable };

/** Starts a process. Resolves with the error if that is not possible. */
async function start({ command, cwd, env, input }: ProcessRequest): Promise<Child | Error> {
  const [file, ...args] = "shell" in command ? (["/bin/sh", "-c", command.shell] as const) : command;
  try {
    const child = spawn(file, args, {
      cwd,
      env,
      // A group of its own, so that one signal reaches everything that it starts.
      detached: true,
      // An open pipe as standard input makes some agents wait for ever.
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    // Without a descriptor left there are not even streams, and the error comes later.
    if (child.pid === undefined) return ((await once(child, "error")) as [Error])[0];
    child.on("error", () => {});
    // A process that does not read its input to the end is no failure.
    child.stdin?.on("error", () => {}).end(input);
    return child as Child;
  } catch (error) {
    // An impossible command, such as one that contains a NUL, or no memory.
    return error as Error;
  }
}

const notStarted = async (request: ProcessRequest, error: NodeJS.ErrnoException): Promise<UntimedEnd> => ({
  ended: "not-started",
  message: messageLine(await startProblem(request, error)),
  ...(error.code === undefined ? {} : { code: error.code }),
  stdoutBytes: 0,
});

/** Says why a process could not be started. The system's message blames the program even if the directory is missing. */
async function startProblem({ command, cwd }: ProcessRequest, error: NodeJS.ErrnoException): Promise<string> {
  const program = "shell" in command ? "/bin/sh" : command[0];
  const shortage = shortageIn(error);
  if (shortage !== undefined) return shortage;
  if (!(await isDirectory(cwd))) return `the working directory ${cwd} does not exist or cannot be entered`;
  if (error.code === "ENOENT") return `cannot find ${program}, or the interpreter in its first line`;
  if (error.code === "EACCES") return `${program} is not executable`;
  return error.message;
}

const messageLine = (text: string): string => oneLine(text, 400);

type Stop = "timeout" | "stalled" | "cancelled" | "output-lost";

/** Waits for the first reason to end the process. Resolves with undefined if the process ends by itself before. */
async function stopReason(
  { timeoutMs, stallMs, signal }: ProcessRequest,
  exit: Promise<unknown>,
  copies: readonly StreamCopy[],
): Promise<Stop | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let stallTimer: NodeJS.Timeout | undefined;
  let abort = () => {};
  try {
    return await new Promise<Stop | undefined>((resolve) => {
      // Timers use monotonic time: the time that a laptop sleeps does not count.
      timer = setTimeout(() => resolve("timeout"), Math.min(timeoutMs, longestTimer));
      const watchForStall = (limitMs: number) => {
        const silentMs =
          performance.now() - copies.reduce((latest, { lastAt }) => Math.max(latest, lastAt), 0);
        if (silentMs >= limitMs) return resolve("stalled");
        stallTimer = setTimeout(watchForStall, Math.min(limitMs - silentMs, longestTimer), limitMs);
      };
      if (stallMs !== undefined) watchForStall(stallMs);
      abort = () => resolve("cancelled");
      signal.addEventListener("abort", abort);
      for (const { done } of copies) void done.then((error) => error && resolve("output-lost"));
      void exit.then(() => resolve(undefined));
    });
  } finally {
    clearTimeout(timer);
    clearTimeout(stallTimer);
    signal.removeEventListener("abort", abort);
  }
}
