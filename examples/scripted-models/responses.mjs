// @ts-check
import { startServer } from "./server.mjs";

/**
 * A scripted model behind the OpenAI Responses API, as Codex uses it: `POST /v1/responses`, server-sent events.
 *
 * @param {Parameters<typeof startServer>[1]} script
 */
export const startResponses = (script) => startServer(responses, script);

/** @type {import("./server.mjs").Api} */
const responses = {
  path: "/v1/responses",

  read({ input }) {
    const last = input.findLastIndex(
      (/** @type {any} */ { role, type }) => type === "message" && role === "user",
    );
    const prompt = input[last]?.content.map((/** @type {any} */ { text }) => text ?? "").join("\n") ?? "";
    const results = input
      .slice(last + 1)
      .filter((/** @type {any} */ { type }) => /_call_output$/.test(type))
      .map((/** @type {any} */ { output }) => (typeof output === "string" ? output : JSON.stringify(output)));
    return { prompt, results: results.length, result: results.at(-1) ?? "" };
  },

  events(answer, { count }) {
    const id = `item_${count}`;
    const item = { id, call_id: `call_${count}`, ...itemOf(answer) };
    const text = "message" in answer ? answer.message : "";
    return [
      { type: "response.created", response: { id: `response_${count}` } },
      { type: "response.output_item.added", output_index: 0, item },
      ...(text ? [{ type: "response.output_text.delta", item_id: id, output_index: 0, delta: text }] : []),
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response: { id: `response_${count}`, usage } },
    ];
  },

  failure: (code) => [
    { type: "response.created", response: { id: "response" } },
    { type: "response.failed", response: { id: "response", error: { code, message: `The error ${code}.` } } },
  ],

  refusal: ({ status, error }) => ({ error: { message: `Scripted status ${status}.`, ...error } }),
};

const usage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40 },
  output_tokens: 10,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 110,
};

/** @param {import("./server.mjs").Answer} answer */
function itemOf(answer) {
  // Codex has no tool to read a file.
  if ("read" in answer) return itemOf({ shell: `cat '${answer.read}'` });
  if ("shell" in answer) {
    return { type: "function_call", name: "exec_command", arguments: JSON.stringify({ cmd: answer.shell }) };
  }
  if ("write" in answer) {
    const added = answer.text.replace(/\n$/, "").replace(/^/gm, "+");
    const input = `*** Begin Patch\n*** Add File: ${answer.write}\n${added}\n*** End Patch`;
    return { type: "custom_tool_call", name: "apply_patch", input };
  }
  const text = "json" in answer ? JSON.stringify(answer.json) : answer.message;
  return { type: "message", role: "assistant", content: [{ type: "output_text", text }] };
}
