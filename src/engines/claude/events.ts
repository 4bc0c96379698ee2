import * as v from "valibot";

/** A value that is left out where it is not as expected: one odd field must not lose the event it stands in. */
const lenient = <T extends v.GenericSchema>(schema: T) =>
  v.optional(v.fallback(v.optional(schema), undefined));

const partSchema = v.object({
  type: v.string(),
  text: lenient(v.string()),
  name: lenient(v.string()),
  input: lenient(v.record(v.string(), v.unknown())),
});
export type ClaudePart = v.InferOutput<typeof partSchema>;

/** What of Claude Code's event stream (`--output-format stream-json`, one JSON object a line) is read. */
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
    /** Of an agent that this one has started, where it is there. */
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

/** One line of the stream; nothing where it is no event that is known. */
export function parseClaudeEvent(line: string): ClaudeEvent | undefined {
  try {
    const parsed = v.safeParse(eventSchema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
