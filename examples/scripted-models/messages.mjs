// @ts-check
import { startServer } from "./server.mjs";

/**
 * A scripted model behind the Anthropic Messages API, as Claude Code uses it: `POST /v1/messages`, server-sent events.
 *
 * @param {Parameters<typeof startServer>[1]} script
 */
export const startMessages = (script) => startServer(messages, script);

/** @type {import("./server.mjs").Api} */
const messages = {
  path: "/v1/messages",

  read({ messages: all }) {
    const parts = all.flatMap((/** @type {any} */ { role, content }) =>
      (typeof content === "string" ? [{ type: "text", text: content }] : content).map(
        (/** @type {any} */ part) => ({
          ...part,
          role,
        }),
      ),
    );
    const isResult = (/** @type {any} */ { type }) => type === "tool_result";
    // Claude Code adds texts of its own in such tags.
    const isPrompt = (/** @type {any} */ { role, type, text }) =>
      role === "user" && type === "text" && !text.startsWith("<system-reminder>");
    const last = parts.findLastIndex(isPrompt);
    const results = parts.slice(last + 1).filter(isResult);
    const content = results.at(-1)?.content ?? "";
    const result = typeof content === "string" ? content : JSON.stringify(content);
    return { prompt: parts[last]?.text ?? "", results: results.length, result };
  },

  events(answer, { count, body }) {
    const { start, delta, reason } = blockOf(answer, count);
    const message = {
      id: `msg_${count}`,
      type: "message",
      role: "assistant",
      model: body.model,
      content: [],
    };
    return [
      { type: "message_start", message: { ...message, stop_reason: null, stop_sequence: null, usage } },
      { type: "content_block_start", index: 0, content_block: start },
      { type: "content_block_delta", index: 0, delta },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: reason, stop_sequence: null }, usage },
      { type: "message_stop" },
    ];
  },

  failure: (code) => [{ type: "error", error: { type: code, message: `The error ${code}.` } }],

  refusal: ({ status, error }) => ({
    type: "error",
    error: { type: errors[status] ?? "api_error", message: `Scripted status ${status}.`, ...error },
  }),
};

const usage = { input_tokens: 100, cache_read_input_tokens: 40, output_tokens: 10 };

/** @type {Readonly<Record<number, string>>} */
const errors = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};

/** @param {import("./server.mjs").Answer} answer @param {number} count */
function blockOf(answer, count) {
  if ("message" in answer) {
    return {
      start: { type: "text", text: "" },
      delta: { type: "text_delta", text: answer.message },
      reason: "end_turn",
    };
  }
  const { name, input } = toolOf(answer);
  return {
    start: { type: "tool_use", id: `toolu_${count}`, name, input: {} },
    delta: { type: "input_json_delta", partial_json: JSON.stringify(input) },
    reason: "tool_use",
  };
}

/** @param {Exclude<import("./server.mjs").Answer, { message: string }>} answer */
function toolOf(answer) {
  if ("shell" in answer)
    return { name: "Bash", input: { command: answer.shell, description: "as scripted" } };
  if ("read" in answer) return { name: "Read", input: { file_path: answer.read } };
  if ("write" in answer) return { name: "Write", input: { file_path: answer.write, content: answer.text } };
  return { name: "StructuredOutput", input: answer.json };
}
