// @ts-check
import { createServer } from "node:http";

/**
 * The reply of a scripted model to one request: an answer, or a fault.
 *
 * @typedef {{ message: string }} Message The last message of a turn.
 * @typedef {{ json: unknown }} Json The last message of a turn with structured output.
 * @typedef {{ shell: string }} Shell Asks the agent to run a command.
 * @typedef {{ read: string }} Read Asks the agent to read a file, by its path.
 * @typedef {{ write: string, text: string }} Write Asks the agent to write a new file, by its path from the working directory.
 * @typedef {{ status: number, error?: object, retryAfter?: number }} Refusal An HTTP status with an error of the API.
 * @typedef {{ failed: string }} Failed A stream that ends with an error of this code.
 * @typedef {"drop" | "silence"} Fault A stream that breaks off; no reply at all.
 * @typedef {Message | Json | Shell | Read | Write} Answer
 * @typedef {Answer | Refusal | Failed | Fault} Reply
 */

/**
 * One request to a model.
 *
 * @typedef {object} Asked
 * @property {number} count The number of requests before this one.
 * @property {string} prompt The last message of the user, without what the agent adds to it.
 * @property {number} results The number of tool results after it.
 * @property {string} result The last of these, or an empty text.
 * @property {any} body The whole request.
 * @property {import("node:http").IncomingHttpHeaders} headers
 */

/**
 * One API: how it reads requests and what its replies look like.
 *
 * @typedef {object} Api
 * @property {string} path The path of requests for an answer.
 * @property {(body: any) => { prompt: string, results: number, result: string }} read
 * @property {(answer: Answer, asked: Asked) => object[]} events The events of an answer's stream.
 * @property {(code: string) => object[]} failure The events of a stream that ends with an error.
 * @property {(refusal: Refusal) => object} refusal The body of an HTTP status.
 */

/**
 * Starts a model that replies as a script says. The script is a function, or a list of replies whose last one is
 * repeated. Listens on loopback only.
 *
 * @param {Api} api
 * @param {readonly Reply[] | ((asked: Asked) => Reply)} script
 */
export async function startServer(api, script) {
  /** @type {Asked[]} */
  const requests = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (request.method !== "POST" || new URL(request.url ?? "/", "http://x").pathname !== api.path) {
      // Agents make other requests first, such as for a list of models.
      return void response.writeHead(404, { "content-type": "application/json" }).end("{}");
    }
    const asked = { count: requests.length, ...api.read(body), body, headers: request.headers };
    requests.push(asked);
    const reply =
      typeof script === "function" ? script(asked) : script[Math.min(asked.count, script.length - 1)];
    give(api, reply ?? "silence", asked, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    port,
    requests,
    /** Closes all connections and refuses new ones. */
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve(undefined)));
    },
  };
}

/** @param {Api} api @param {Reply} reply @param {Asked} asked @param {import("node:http").ServerResponse} response */
function give(api, reply, asked, response) {
  if (reply === "silence") return;
  if (typeof reply === "object" && "status" in reply) {
    const after = reply.retryAfter === undefined ? {} : { "retry-after": `${reply.retryAfter}` };
    response.writeHead(reply.status, { "content-type": "application/json", ...after });
    return void response.end(JSON.stringify(api.refusal(reply)));
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const answer = reply === "drop" ? { message: "This is cut off" } : reply;
  const events = "failed" in answer ? api.failure(answer.failed) : api.events(answer, asked);
  const lines = events.map((event) => `event: ${type(event)}\ndata: ${JSON.stringify(event)}\n\n`);
  if (reply !== "drop") return void response.end(lines.join(""));
  response.write(lines.slice(0, 2).join(""), () => response.destroy());
}

/** @param {any} event */
const type = (event) => event.type;

/** @param {import("node:http").IncomingMessage} request */
async function bodyOf(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
