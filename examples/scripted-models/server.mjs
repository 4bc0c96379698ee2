// @ts-check
import { createServer } from "node:http";

/**
 * What a scripted model does when it is asked. Everything but the faults is an answer of the model's.
 *
 * @typedef {{ message: string }} Message The final words of a turn.
 * @typedef {{ json: unknown }} Json The final words of a turn of which the agent has asked for a JSON form.
 * @typedef {{ shell: string }} Shell Asks the agent to run a command.
 * @typedef {{ write: string, text: string }} Write Asks the agent to write a new file, named from its directory.
 * @typedef {{ status: number, error?: object, retryAfter?: number }} Refusal An HTTP status, with the API's own error.
 * @typedef {{ failed: string }} Failed A stream that ends in an error of this code.
 * @typedef {"drop" | "silence"} Fault A stream that breaks off in its middle; no answer ever.
 * @typedef {Message | Json | Shell | Write} Answer
 * @typedef {Answer | Refusal | Failed | Fault} Reply
 */

/**
 * What a model has been asked.
 *
 * @typedef {object} Asked
 * @property {number} count How many requests for an answer there were before.
 * @property {string} prompt The last words of the user, without what the agent puts around them.
 * @property {number} results How many results of tools have come since then.
 * @property {string} result The last of these, or nothing.
 * @property {any} body The request as it came.
 * @property {import("node:http").IncomingHttpHeaders} headers
 */

/**
 * One API: how it is asked, and how its answers look on the wire.
 *
 * @typedef {object} Api
 * @property {string} path Where the agent asks for answers.
 * @property {(body: any) => { prompt: string, results: number, result: string }} read
 * @property {(answer: Answer, asked: Asked) => object[]} events The events of an answer's stream.
 * @property {(code: string) => object[]} failure The events of a stream that ends in an error.
 * @property {(refusal: Refusal) => object} refusal The body that comes with an HTTP status.
 */

/**
 * A model that answers as a script says: a list of replies, of which the last stands for all that follow, or a
 * function. Listens on loopback only.
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
      // Agents look around before they ask: for a list of models, say.
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
    /** Breaks all connections off; from then on they are refused. */
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
