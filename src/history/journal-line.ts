import * as v from "valibot";
import { type RunEvent, runEventSchema } from "../../schemas/event.ts";

/** A line of a journal: its text, and its event if that is a known one. */
export interface JournalLine {
  readonly text: string;
  readonly event?: RunEvent;
  /** The event's name and task, as far as an unknown line can be read. */
  readonly name: string;
  readonly task?: string;
}

/** Reads a line tolerantly: an unknown event, or text that is not JSON, is a line without an event. */
export function journalLine(text: string): JournalLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { text, name: "unreadable" };
  }
  const { success, output } = v.safeParse(runEventSchema, value);
  const { event, task } = (success ? output : (value ?? {})) as { event?: unknown; task?: unknown };
  return {
    text,
    ...(success ? { event: output } : {}),
    name: typeof event === "string" ? event : "unreadable",
    ...(typeof task === "string" ? { task } : {}),
  };
}
