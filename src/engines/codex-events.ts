import * as v from "valibot";

/** What of Codex's event stream (`codex exec --json`, one JSON object a line) is read; anything more is let by. */
const item = v.looseObject({
  type: v.string(),
  text: v.optional(v.string()),
  command: v.optional(v.string()),
  message: v.optional(v.string()),
  changes: v.optional(v.array(v.looseObject({ path: v.string() }))),
});
const eventSchema = v.variant("type", [
  v.looseObject({ type: v.literal("thread.started"), thread_id: v.string() }),
  v.looseObject({ type: v.literal("item.started"), item }),
  v.looseObject({ type: v.literal("item.completed"), item }),
  v.looseObject({
    type: v.literal("turn.completed"),
    usage: v.optional(
      v.looseObject({
        input_tokens: v.optional(v.number()),
        cached_input_tokens: v.optional(v.number()),
        output_tokens: v.optional(v.number()),
      }),
    ),
  }),
  v.looseObject({ type: v.literal("turn.failed"), error: v.looseObject({ message: v.string() }) }),
]);
export type CodexEvent = v.InferOutput<typeof eventSchema>;

/** One line of the stream; nothing where it is no event that is known. */
export function parseCodexEvent(line: string): CodexEvent | undefined {
  try {
    const parsed = v.safeParse(eventSchema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
