import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { Chart } from "../../machines/chart.ts";
import type { Mode } from "../../schemas/manifest.ts";
import { follow, followLines } from "../journal/tail.ts";
import { type Assets, readAssets } from "./assets.ts";
import { newToken, refusal, securityHeaders } from "./guard.ts";

export interface RunCharts {
  readonly orchestrator: Readonly<Record<Mode, Chart>>;
  readonly task: Chart;
}

export interface InspectorOptions {
  readonly run: string;
  readonly charts: RunCharts;
  /** The command that answers a parked task's question: what stands before the task, and after it. */
  readonly answerCommand: { readonly before: string; readonly after: string };
  /** The journal's file. It is read from its start for everyone who comes, and then followed. */
  readonly journal: string;
  /** The directory of one attempt of a task; nothing where the run has no task of that name. */
  readonly attempt: (task: string, attempt: number) => Promise<string | undefined>;
  /** The directory of the built page. */
  readonly assets: string;
  /** Default: one that is free. */
  readonly port?: number;
  /** Whether a process carries the run out now. */
  readonly isAlive: () => Promise<boolean>;
  /** Takes a person's answer to a parked question; its rejection's message is shown. Without it none can be given. */
  readonly onAnswer?: (task: string, text: string) => Promise<void> | void;
}

export interface Inspector {
  /** With the token. */
  readonly url: string;
  /** Lets those who follow read to the end, and goes. */
  readonly close: () => Promise<void>;
}

/** What of an attempt's directory can be read. */
const files = /^(?:prompt\.md|output\.md|log\.txt|events\.jsonl|outcome\.json|verify-\d{1,3}\.txt)$/;
/** How much of the end of a long output is shown, in bytes. */
const shownBytes = 512 * 1024;
/** In bytes of JSON. */
const mostAnswer = 64 * 1024;
/** How long those who follow have to read to the end once the server closes. */
const closingMs = 2000;

/** Serves a run's page on the loopback interface. Throws the error of the system where the port is not to be had. */
export async function startInspector(options: InspectorOptions): Promise<Inspector> {
  const assets = await readAssets(options.assets);
  const token = newToken();
  const following: Serving["following"] = new Map();
  const state = { closing: false, port: 0 };
  const app = routes(options, assets, { token, state, following });
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: options.port ?? 0 });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  state.port = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${state.port}/${token}/`,
    async close() {
      state.closing = true;
      // Whoever does not read keeps nobody here.
      const late = setTimeout(() => {
        for (const stream of following.values()) stream.abort();
        (server as Server).closeAllConnections();
      }, closingMs);
      await Promise.allSettled(following.keys());
      await ended(server as Server);
      clearTimeout(late);
    },
  };
}

/** Closes connections as they fall idle, so that what was sent arrives. */
async function ended(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  await closed;
  clearInterval(idle);
}

interface Serving {
  readonly token: string;
  readonly state: { closing: boolean; port: number };
  /** What is being sent, until it is, and by which stream. */
  readonly following: Map<Promise<void>, SSEStreamingApi>;
}

function routes(options: InspectorOptions, assets: Assets, serving: Serving): Hono {
  const app = new Hono();
  const base = `/${serving.token}`;
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(securityHeaders)) context.header(name, value);
    const { method, path } = context.req;
    const [host, origin] = [context.req.header("host"), context.req.header("origin")];
    const refused = refusal({ method, path, host, origin }, serving.state.port, serving.token);
    return refused ? context.text(`${refused}\n`, 403) : next();
  });
  app.get(`${base}/api/run`, (context) => {
    const { run, charts, answerCommand, onAnswer } = options;
    const can_answer = onAnswer !== undefined;
    return context.json({ run, charts, answer_command: answerCommand, can_answer });
  });
  app.get(`${base}/api/events`, (context) =>
    streamed(context, serving, (stream, signal) => sendJournal(stream, signal, options, serving, context)),
  );
  app.get(`${base}/api/follow`, async (context) => {
    const path = await fileOf(context, options);
    if (!path) return context.text("no such file\n", 404);
    const done = context.req.query("done") === "1";
    return streamed(context, serving, (stream, signal) =>
      sendFile(stream, path, signal, async () => done || serving.state.closing || !(await options.isAlive())),
    );
  });
  app.get(`${base}/api/file`, async (context) => {
    const path = await fileOf(context, options);
    const bytes = path && (await readFile(path).catch(() => readFile(`${path}.part`).catch(() => undefined)));
    if (!bytes) return context.text("no such file\n", 404);
    // As text, never as what its name may promise.
    return context.body(new Uint8Array(bytes), 200, { "Content-Type": "text/plain; charset=utf-8" });
  });
  const onError = (context: Context) => context.text("the answer is too long\n", 413);
  app.post(`${base}/api/answer`, bodyLimit({ maxSize: mostAnswer, onError }), (context) =>
    answer(context, options),
  );
  app.get(`${base}/*`, (context) => {
    const asset = assets.get(context.req.path.slice(base.length + 1) || "index.html");
    if (!asset) return context.text("no such page\n", 404);
    return context.body(new Uint8Array(asset.bytes), 200, { "Content-Type": asset.type });
  });
  return app;
}

function streamed(
  context: Context,
  { following }: Serving,
  send: (stream: SSEStreamingApi, signal: AbortSignal) => Promise<void>,
): Response {
  const sending = async (stream: SSEStreamingApi) => {
    const controller = new AbortController();
    stream.onAbort(() => controller.abort());
    const sent = send(stream, controller.signal);
    following.set(sent, stream);
    await sent.finally(() => {
      controller.abort();
      following.delete(sent);
    });
  };
  // An error of the system, such as a file that cannot be read: hono tells it to the page as an event of that name,
  // and would print it on the terminal were nobody here to take it.
  return streamSSE(context, sending, async () => {});
}

/** Every line from the start, or from behind the last that a reconnecting page has, each message numbered by lines. */
async function sendJournal(
  stream: SSEStreamingApi,
  signal: AbortSignal,
  { journal, isAlive }: InspectorOptions,
  { state }: Serving,
  context: Context,
): Promise<void> {
  const last = context.req.header("last-event-id") ?? "";
  const had = /^\d{1,9}$/.test(last) ? Number(last) : 0;
  let alive: boolean | undefined;
  const tellAlive = async () => {
    const now = await isAlive();
    if (alive === now) return;
    alive = now;
    await stream.writeSSE({ event: "alive", data: String(alive) });
  };
  await tellAlive();
  const timer = setInterval(() => void tellAlive(), 1000);
  try {
    let count = 0;
    for await (const lines of followLines(journal, { isComplete: () => state.closing, signal })) {
      const fresh = lines.slice(Math.max(0, had - count));
      count += lines.length;
      if (fresh.length > 0) await stream.writeSSE({ id: String(count), data: JSON.stringify(fresh) });
      await tellAlive();
    }
  } finally {
    clearInterval(timer);
  }
}

async function sendFile(
  stream: SSEStreamingApi,
  path: string,
  signal: AbortSignal,
  isComplete: () => Promise<boolean>,
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of follow(path, { from: -shownBytes, isComplete, signal })) {
    await stream.writeSSE({ data: JSON.stringify(decoder.decode(chunk, { stream: true })) });
  }
  await stream.writeSSE({ event: "end", data: "" });
}

/** The file that a request names: of a task of this run, and of those that an attempt leaves. */
async function fileOf(context: Context, { attempt }: InspectorOptions): Promise<string | undefined> {
  const { task = "", attempt: number = "", name = "" } = context.req.query();
  if (!/^[1-9]\d{0,5}$/.test(number) || !files.test(name)) return undefined;
  const directory = await attempt(task, Number(number));
  return directory && join(directory, name);
}

async function answer(context: Context, { attempt, onAnswer }: InspectorOptions): Promise<Response> {
  if (!onAnswer) return context.text("answers are not taken here\n", 409);
  let given: { task?: unknown; text?: unknown };
  try {
    given = (await context.req.json()) ?? {};
  } catch {
    return context.text("expected JSON: {task, text}\n", 400);
  }
  const { task, text } = given;
  const known = typeof task === "string" && (await attempt(task, 1)) !== undefined;
  if (!known || typeof text !== "string" || text.trim() === "") {
    return context.text("expected {task, text}: a task of this run, and a text that is not empty\n", 400);
  }
  try {
    await onAnswer(task, text);
    return context.body(null, 204);
  } catch (error) {
    return context.text(`${(error as Error).message}\n`, 409);
  }
}
