import { type IncomingMessage, request } from "node:http";

/** What a server of ours answered. */
export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
}

interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Iterable<Buffer>;
}

/** Asks with a path and headers as they are, which `fetch` would mend: also a foreign Host. */
export function ask(origin: string, path: string, { method = "GET", headers = {}, body }: Asking = {}) {
  const { hostname, port } = new URL(origin);
  return new Promise<Answered>((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, async (response) => {
      let text = "";
      try {
        for await (const chunk of response) text += chunk;
      } catch {
        // Cut off: what came is what there is.
      }
      resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      sent.destroy();
    });
    sent.on("error", reject);
    if (typeof body === "string") sent.end(body);
    else if (body) void pour(sent, body);
    else sent.end();
  });
}

async function pour(sent: ReturnType<typeof request>, body: Iterable<Buffer>): Promise<void> {
  for (const part of body) {
    if (sent.destroyed) return;
    await new Promise<void>((resolve) => sent.write(part, () => resolve()));
  }
  sent.end();
}

/** A message of an event stream. */
export interface Message {
  readonly id?: string;
  readonly event?: string;
  readonly data: string;
}

/** The messages of an event stream, one after the other. */
export async function* messages(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): AsyncGenerator<Message> {
  const controller = new AbortController();
  const response = await fetch(url, { headers, signal: controller.signal });
  if (!response.ok || !response.body) throw new Error(`${response.status}: ${await response.text()}`);
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const whole = text.split("\n\n");
      text = whole.pop() ?? "";
      for (const message of whole) yield fieldsOf(message);
    }
  } finally {
    controller.abort();
  }
}

function fieldsOf(message: string): Message {
  const fields = message.split("\n").map((line) => /^(\w+): ?(.*)$/.exec(line)?.slice(1) ?? []);
  return Object.fromEntries(fields) as Message;
}

/** The lines of a journal that a stream gives, until so many are there; each message is numbered by its last. */
export async function linesFrom(url: string, count: number, had = 0): Promise<string[]> {
  const lines: string[] = [];
  const headers: Record<string, string> = had > 0 ? { "Last-Event-ID": String(had) } : {};
  for await (const { id, event, data } of messages(url, headers)) {
    if (event !== undefined) continue;
    lines.push(...(JSON.parse(data) as string[]));
    if (id !== String(had + lines.length)) throw new Error(`message ${id} after ${had + lines.length} lines`);
    if (lines.length >= count) break;
  }
  return lines;
}
