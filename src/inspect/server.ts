import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { Chart } from "../../machines/chart.ts";
import type { Mode } from "../../schemas/manifest.ts";
import { tailFile, tailLines } from "../journal/tail.ts";
import { readAssets } from "./assets.ts";
import { LocalServer } from "./local-server.ts";

export interface RunCharts {
  readonly orchestrator: Readonly<Record<Mode, Chart>>;
  readonly task: Chart;
}

export interface InspectorOptions {
  readonly run: string;
  readonly charts: RunCharts;
  /** The command that answers a parked task's question: the text before the task's id, and the text after it. */
  readonly answerCommand: { readonly before: string; readonly after: string };
  /** The path of the journal. Every page gets it from its start and then as it grows. */
  readonly journal: string;
  /** Returns the directory of one attempt of a task; undefined if the run has no such task. */
  readonly attempt: (task: string, attempt: number) => Promise<string | undefined>;
  /** The directory of the built page. */
  readonly assets: string;
  /** Default: any free port. */
  readonly port?: number;
  /** Whether a process executes the run now. */
  readonly isAlive: () => Promise<boolean>;
  /**
   * Receives a person's answer to a parked question. If it rejects, the page shows the error's message. Without it, the
   * page accepts no answers.
   */
  readonly onAnswer?: (task: string, text: string) => Promise<void> | void;
}

export interface Inspector {
  /** The address of the page, token included. */
  readonly url: string;
  /** Lets open pages read to the end of the journal, then stops the server. */
  readonly close: () => Promise<void>;
}

/** The files of an attempt's directory that are served. */
const files = /^(?:prompt\.md|output\.md|log\.txt|events\.jsonl|outcome\.json|verify-\d{1,3}\.txt)$/;
/** How much of a long output is streamed, in bytes from its end. */
const maxShownBytes = 512 * 1024;
/** In bytes of JSON. */
const maxAnswerBytes = 64 * 1024;
/** How long a closing server waits for pages that still read. */
const closingMs = 2000;

/** Serves a run's page on the loopback interface. Throws the system's error if the port is not available. */
export async function startInspector(options: InspectorOptions): Promise<Inspector> {
  const assets = await readAssets(options.assets);
  const local = new LocalServer();
  const streams: Streams = { isClosing: false, open: new Map() };
  addRoutes(local, options, streams);
  local.serveAssets(assets, "index.html");
  const server = await local.listen(options.port ?? 0);
  return {
    url: local.url,
    async close() {
      streams.isClosing = true;
      // A page that does not read must not keep the server open.
      const timeout = setTimeout(() => {
        for (const stream of streams.open.values()) stream.abort();
        server.closeAllConnections();
      }, closingMs);
      await Promise.allSettled(streams.open.keys());
      await closeIdle(server);
      clearTimeout(timeout);
    },
  };
}

/** Closes each connection once it is idle, so that everything sent arrives. */
async function closeIdle(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const timer = setInterval(() => server.closeIdleConnections(), 20);
  await closed;
  clearInterval(timer);
}

interface Streams {
  /** Set when the server closes: streams end once they have sent everything. */
  isClosing: boolean;
  /** The open streams, by the promise that settles when one has been sent. */
  readonly open: Map<Promise<void>, SSEStreamingApi>;
}

function addRoutes({ app, base }: LocalServer, options: InspectorOptions, streams: Streams): void {
  app.get(`${base}/api/run`, (context) => {
    const { run, charts, answerCommand, onAnswer } = options;
    const can_answer = onAnswer !== undefined;
    return context.json({ run, charts, answer_command: answerCommand, can_answer });
  });
  app.get(`${base}/api/events`, (context) => {
    const last = context.req.header("last-event-id") ?? "";
    const skip = /^\d{1,9}$/.test(last) ? Number(last) : 0;
    return startStream(context, streams, (stream, signal) =>
      sendJournal(stream, signal, options, streams, skip),
    );
  });
  app.get(`${base}/api/follow`, async (context) => {
    const path = await requestedFile(context, options);
    if (!path) return context.text("no such file\n", 404);
    const isComplete = async () =>
      context.req.query("done") === "1" || streams.isClosing || !(await options.isAlive());
    return startStream(context, streams, (stream, signal) => sendFile(stream, path, signal, isComplete));
  });
  app.get(`${base}/api/file`, async (context) => {
    const path = await requestedFile(context, options);
    const bytes = path && (await readFile(path).catch(() => readFile(`${path}.part`).catch(() => undefined)));
    if (!bytes) return context.text("no such file\n", 404);
    // Always as text: an agent chose the content.
    return context.body(new Uint8Array(bytes), 200, { "Content-Type": "text/plain; charset=utf-8" });
  });
  const onError = (context: Context) => context.text("the answer is too long\n", 413);
  app.post(`${base}/api/answer`, bodyLimit({ maxSize: maxAnswerBytes, onError }), (context) =>
    receiveAnswer(context, options),
  );
}

/** Answers a request with an event stream, which is aborted when its reader leaves. */
function startStream(
  context: Context,
  { open }: Streams,
  send: (stream: SSEStreamingApi, signal: AbortSignal) => Promise<void>,
): Response {
  const sendAll = async (stream: SSEStreamingApi) => {
    const controller = new AbortController();
    stream.onAbort(() => controller.abort());
    const sent = send(stream, controller.signal);
    open.set(sent, stream);
    await sent.finally(() => {
      controller.abort();
      open.delete(sent);
    });
  };
  // hono sends an error, such as that of an unreadable file, to the page as an event named `error`. Without a handler
  // it would also print it on the terminal.
  return streamSSE(context, sendAll, async () => {});
}

/**
 * Sends the journal's lines as arrays, without those that a reconnecting page already has. A message's id is the number
 * of lines sent up to it. Sends `alive` events whenever the run's process starts or ends.
 */
async function sendJournal(
  stream: SSEStreamingApi,
  signal: AbortSignal,
  { journal, isAlive }: InspectorOptions,
  streams: Streams,
  skip: number,
): Promise<void> {
  let alive: boolean | undefined;
  const sendAlive = async () => {
    const now = await isAlive();
    if (alive === now) return;
    alive = now;
    await stream.writeSSE({ event: "alive", data: String(alive) });
  };
  await sendAlive();
  const timer = setInterval(() => void sendAlive(), 1000);
  try {
    let count = 0;
    for await (const lines of tailLines(journal, { isComplete: () => streams.isClosing, signal })) {
      const unsent = lines.slice(Math.max(0, skip - count));
      count += lines.length;
      if (unsent.length > 0) await stream.writeSSE({ id: String(count), data: JSON.stringify(unsent) });
      await sendAlive();
    }
  } finally {
    clearInterval(timer);
  }
}

/** Sends the end of a file, then what is added to it, then an `end` event. */
async function sendFile(
  stream: SSEStreamingApi,
  path: string,
  signal: AbortSignal,
  isComplete: () => Promise<boolean>,
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of tailFile(path, { from: -maxShownBytes, isComplete, signal })) {
    await stream.writeSSE({ data: JSON.stringify(decoder.decode(chunk, { stream: true })) });
  }
  await stream.writeSSE({ event: "end", data: "" });
}

/** Returns the path of the attempt's file that a request names; undefined if no such file is served. */
async function requestedFile(context: Context, { attempt }: InspectorOptions): Promise<string | undefined> {
  const { task = "", attempt: number = "", name = "" } = context.req.query();
  if (!/^[1-9]\d{0,5}$/.test(number) || !files.test(name)) return undefined;
  const directory = await attempt(task, Number(number));
  return directory && join(directory, name);
}

async function receiveAnswer(context: Context, { attempt, onAnswer }: InspectorOptions): Promise<Response> {
  if (!onAnswer) return context.text("this page does not accept answers\n", 409);
  let body: { task?: unknown; text?: unknown };
  try {
    body = (await context.req.json()) ?? {};
  } catch {
    return context.text("expected JSON: {task, text}\n", 400);
  }
  const { task, text } = body;
  const isKnown = typeof task === "string" && (await attempt(task, 1)) !== undefined;
  if (!isKnown || typeof text !== "string" || text.trim() === "") {
    return context.text("expected {task, text}: a task of this run, and a text that is not empty\n", 400);
  }
  try {
    await onAnswer(task, text);
    return context.body(null, 204);
  } catch (error) {
    return context.text(`${(error as Error).message}\n`, 409);
  }
}
