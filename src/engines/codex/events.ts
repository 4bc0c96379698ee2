import * as v from "valibot";

/** A value that is left out where it is not as expected: one odd field must not lose the event it stands in. */
const lenient = <T extends v.GenericSchema>(schema: T) =>
  v.optional(v.fallback(v.optional(schema), undefined));

/** What of Codex's event stream (`codex exec --json`, one JSON object a line) is read; anything more is let by. */
const itemSchema = v.object({
  type: v.string(),
  text: lenient(v.string()),
  command: lenient(v.string()),
  message: lenient(v.string()),
  status: lenient(v.string()),
  changes: lenient(v.array(v.object({ path: v.string() }))),
});
export type CodexItem = v.InferOutput<typeof itemSchema>;

const eventSchema = v.variant("type", [
  v.object({ type: v.literal("thread.started"), thread_id: lenient(v.string()) }),
  v.object({ type: v.literal("item.started"), item: itemSchema }),
  v.object({ type: v.literal("item.completed"), item: itemSchema }),
  v.object({
    type: v.literal("turn.completed"),
    usage: lenient(
      v.object({
        input_tokens: lenient(v.number()),
        cached_input_tokens: lenient(v.number()),
        output_tokens: lenient(v.number()),
      }),
    ),
  }),
  /** Told each time that it asks the model again: nothing has ended by that. */
  v.object({ type: v.literal("error"), message: lenient(v.string()) }),
  v.object({ type: v.literal("turn.failed"), error: lenient(v.object({ message: lenient(v.string()) })) }),
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
