import * as v from "valibot";
import { lenient, parseEvent } from "../agent/events.ts";

const partSchema = v.object({
  type: v.string(),
  text: lenient(v.string()),
  name: lenient(v.string()),
  input: lenient(v.record(v.string(), v.unknown())),
});
export type ClaudePart = v.InferOutput<typeof partSchema>;

/** The events of Claude Code's stream (`--output-format stream-json`, one JSON object a line) that are read. */
const eventSchema = v.variant("type", [
  v.object({
    type: v.literal("system"),
    subtype: lenient(v.string()),
    session_id: lenient(v.string()),
    attempt: lenient(v.number()),
    max_retries: lenient(v.number()),
    error: lenient(v.string()),
  }),
  v.object({
    type: v.literal("assistant"),
    /** Present on messages of an agent that this one has started. */
    parent_tool_use_id: lenient(v.string()),
    message: lenient(v.object({ content: lenient(v.array(partSchema)) })),
    error: lenient(v.string()),
  }),
  v.object({
    type: v.literal("result"),
    subtype: lenient(v.string()),
    is_error: lenient(v.boolean()),
    api_error_status: lenient(v.number()),
    result: lenient(v.string()),
    structured_output: lenient(v.record(v.string(), v.unknown())),
    errors: lenient(v.array(v.string())),
    session_id: lenient(v.string()),
    total_cost_usd: lenient(v.number()),
    usage: lenient(
      v.object({
        input_tokens: lenient(v.number()),
        cache_creation_input_tokens: lenient(v.number()),
        cache_read_input_tokens: lenient(v.number()),
        output_tokens: lenient(v.number()),
      }),
    ),
    permission_denials: lenient(
      v.array(
        v.object({ tool_name: lenient(v.string()), tool_input: lenient(v.record(v.string(), v.unknown())) }),
      ),
    ),
  }),
]);
export type ClaudeEvent = v.InferOutput<typeof eventSchema>;
export type ClaudeResult = Extract<ClaudeEvent, { type: "result" }>;

/** Parses one line of the stream. Returns undefined if it is not a known event. */
export const parseClaudeEvent = (line: string): ClaudeEvent | undefined => parseEvent(eventSchema, line);
