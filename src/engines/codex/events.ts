import * as v from "valibot";
import { lenient, parseEvent } from "../agent/events.ts";

const itemSchema = v.object({
  type: v.string(),
  text: lenient(v.string()),
  command: lenient(v.string()),
  message: lenient(v.string()),
  status: lenient(v.string()),
  changes: lenient(v.array(v.object({ path: v.string() }))),
});
export type CodexItem = v.InferOutput<typeof itemSchema>;

/** The events of Codex's stream (`codex exec --json`, one JSON object a line) that are read; others are ignored. */
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
  /** Sent for each retry of a request; the turn continues. */
  v.object({ type: v.literal("error"), message: lenient(v.string()) }),
  v.object({ type: v.literal("turn.failed"), error: lenient(v.object({ message: lenient(v.string()) })) }),
]);
export type CodexEvent = v.InferOutput<typeof eventSchema>;

/** Parses one line of the stream. Returns undefined if it is not a known event. */
export const parseCodexEvent = (line: string): CodexEvent | undefined => parseEvent(eventSchema, line);
