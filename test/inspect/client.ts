import { type IncomingMessage, request } from "node:http";

/** The response of our server. */
export interface Response {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
}

interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Iterable<Buffer>;
}

/** Sends a request with path and headers unchanged, a foreign Host too; `fetch` would normalise or refuse them. */
export function sendRequest(
  origin: string,
  path: string,
  { method = "GET", headers = {}, body }: RequestOptions = {},
) {
  const { hostname, port } = new URL(origin);
  return new Promise<Response>((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, async (response) => {
      let text = "";
      try {
        for await (const chunk of response) text += chunk;
      } catch {
        // The connection was cut: keep the text received so far.
      }
      resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      sent.destroy();
    });
    sent.on("error", reject);
    if (typeof body === "string") sent.end(body);
    else if (body) void sendParts(sent, body);
    else sent.end();
  });
}

async function sendParts(sent: ReturnType<typeof request>, body: Iterable<Buffer>): Promise<void> {
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

/** Yields the messages of an event stream. Throws if the response is not one. */
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
      const complete = text.split("\n\n");
      text = complete.pop() ?? "";
      for (const message of complete) yield fieldsOf(message);
    }
  } finally {
    controller.abort();
  }
}

function fieldsOf(message: string): Message {
  const fields = message.split("\n").map((line) => /^(\w+): ?(.*)$/.exec(line)?.slice(1) ?? []);
  return Object.fromEntries(fields) as Message;
}

/** Reads at least `count` lines of a streamed journal. Throws if a message's id is not the number of its last line. */
export async function readLines(url: string, count: number, skipped = 0): Promise<string[]> {
  const lines: string[] = [];
  const headers: Record<string, string> = skipped > 0 ? { "Last-Event-ID": String(skipped) } : {};
  for await (const { id, event, data } of messages(url, headers)) {
    if (event !== undefined) continue;
    lines.push(...(JSON.parse(data) as string[]));
    if (id !== String(skipped + lines.length))
      throw new Error(`message ${id} after ${skipped + lines.length} lines`);
    if (lines.length >= count) break;
  }
  return lines;
}
