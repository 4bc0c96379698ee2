import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { execa } from "execa";
import { alive, endTree, type Tree } from "./tree.ts";

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
  /** Aborted when the process is to end. */
  readonly signal: AbortSignal;
  /** Between SIGTERM and SIGKILL, in milliseconds; may shrink while it is waited for. */
  readonly graceMs: () => number;
}

/** How a process ended. `timeout` and `cancelled` are our own doing, whatever it said on its way out. */
export interface ProcessEnd {
  readonly ended: "exited" | "signalled" | "timeout" | "cancelled" | "not-started" | "output-lost";
  readonly exitCode?: number;
  readonly signal?: string;
  /** For `not-started` and `output-lost`: why. */
  readonly message?: string;
  readonly durationMs: number;
  /** Size of standard output. */
  readonly stdoutBytes: number;
}

/** What a process that has ended by itself leaves running gets to clean up, in milliseconds. */
const leftoversGraceMs = 1000;
/** How long a pipe that somebody outside the tree holds open may delay us, in milliseconds. */
const pipeGraceMs = 1000;

/**
 * Runs a process in a group of its own, to its end and to that of everything it started. Never rejects: whatever
 * happens is a ProcessEnd. Memory does not grow with output.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessEnd> {
  const since = performance.now();
  const took = () => performance.now() - since;
  if (request.signal.aborted) return { ended: "cancelled", durationMs: 0, stdoutBytes: 0 };
  const child = start(request);
  if (child.pid === undefined) {
    const { originalMessage, shortMessage } = (await child) as { originalMessage?: string; shortMessage?: string };
    const message = originalMessage ?? shortMessage ?? "it could not be started";
    return { ended: "not-started", message, durationMs: took(), stdoutBytes: 0 };
  }
  const tree: Tree = { group: child.pid, marker: request.marker };
  const exit = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const stdout = keep(child.stdout, request.stdoutFile, request.watchStdout);
  const stderr = keep(child.stderr, request.stderrFile, request.watchStderr);

  const stop = await firstReason(request, exit, [stdout.done, stderr.done]);
  if (stop) await endTree(tree, request.graceMs);
  const { code, signal } = await exit;
  if (alive(tree).length > 0) await endTree(tree, () => Math.min(request.graceMs(), leftoversGraceMs));
  const lost = await close([stdout, stderr]);

  const facts = { durationMs: took(), stdoutBytes: stdout.bytes() };
  if (stop && stop !== "output-lost") return { ended: stop, ...facts };
  if (lost) return { ended: "output-lost", message: lost, ...facts };
  return signal === null
    ? { ended: "exited", exitCode: code ?? 0, ...facts }
    : { ended: "signalled", signal, ...facts };
}

function start({ command, cwd, env, input }: ProcessRequest) {
  const [file, ...args] = "shell" in command ? (["/bin/sh", "-c", command.shell] as const) : command;
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
}

type Stop = "timeout" | "cancelled" | "output-lost";

/** Why the process is to be ended, or nothing where it ended by itself. */
async function firstReason(
  { timeoutMs, signal }: ProcessRequest,
  exit: Promise<unknown>,
  copies: readonly Promise<unknown>[],
): Promise<Stop | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let abort = () => {};
  try {
    return await new Promise<Stop | undefined>((resolve) => {
      // setTimeout counts at most 2^31 - 1 ms, and monotonic time.
      timer = setTimeout(() => resolve("timeout"), Math.min(timeoutMs, 2 ** 31 - 1));
      abort = () => resolve("cancelled");
      signal.addEventListener("abort", abort);
      for (const copy of copies) copy.catch(() => resolve("output-lost"));
      void exit.then(() => resolve(undefined));
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

interface Kept {
  readonly stream: Readable;
  readonly file: string | undefined;
  /** Resolves at the end of the stream; rejects where it could not be written. */
  readonly done: Promise<void>;
  readonly bytes: () => number;
}

/** Copies a stream into a file beside the one that it will become. */
function keep(stream: Readable, file: string | undefined, watcher: Watcher | undefined): Kept {
  let bytes = 0;
  const count = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      bytes += chunk.length;
      watcher?.push(chunk);
      if (file) yield chunk;
    }
    watcher?.end();
  };
  const sink = file ? createWriteStream(partOf(file)) : async (source: AsyncIterable<Buffer>) => void (await drain(source));
  const done = file
    ? pipeline(stream, count, sink as NodeJS.WritableStream)
    : pipeline(stream, count, sink as (source: AsyncIterable<Buffer>) => Promise<void>);
  done.catch(() => {});
  return { stream, file, done, bytes: () => bytes };
}

async function drain(source: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of source);
}

const partOf = (file: string): string => `${file}.part`;

/** Waits for the copies, gives the files their names, and says what could not be written. */
async function close(copies: readonly Kept[]): Promise<string | undefined> {
  const all = Promise.allSettled(copies.map(({ done }) => done));
  const late = new AbortController();
  const inTime = await Promise.race([
    all.then(() => true),
    wait(pipeGraceMs, false, { signal: late.signal }).catch(() => false),
  ]);
  late.abort();
  // Whoever still holds the pipe is not of this tree; what came so far is kept.
  if (!inTime) for (const { stream } of copies) stream.destroy();
  const results = await all;
  const failures = results.flatMap((result) => (inTime && result.status === "rejected" ? [result.reason] : []));
  for (const { file } of copies) {
    if (file) await rename(partOf(file), file).catch((error) => failures.push(error));
  }
  return failures[0] === undefined ? undefined : (failures[0] as Error).message;
}
