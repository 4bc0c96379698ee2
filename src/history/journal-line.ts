import * as v from "valibot";
import { journalVersion, type RunEvent, runEventSchema } from "../../schemas/event.ts";
import { crc32 } from "../text/crc32.ts";

/** A line of a journal: its text, and its event if that is a known one. */
export interface JournalLine {
  readonly text: string;
  readonly event?: RunEvent;
  /** The event's name and task, as far as an unknown line can be read. */
  readonly name: string;
  readonly task?: string;
}

/**
 * Writes an event as a line of a journal: its JSON with two more keys at the end, the line's number `n`, from 1, and
 * `sum`, the checksum of all text before it. Lines of version 0.1.0 have neither.
 */
export function lineOf(event: RunEvent, number: number): string {
  const text = JSON.stringify({ v: journalVersion, ...event, n: number }).slice(0, -1);
  return `${text},"sum":"${crc32(text)}"}`;
}

const seal = /,"sum":"([0-9a-f]{8})"\}$/;

/** Returns whether a line's checksum is right, or undefined if it has none. */
export function hasRightChecksum(line: string): boolean | undefined {
  const found = seal.exec(line);
  return found ? crc32(line.slice(0, found.index)) === found[1] : undefined;
}

/** Reads a line tolerantly: an unknown event, or text that is not JSON or was changed, is a line without an event. */
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
    ...(success && hasRightChecksum(text) !== false ? { event: output } : {}),
    name: typeof event === "string" ? event : "unreadable",
    ...(typeof task === "string" ? { task } : {}),
  };
}
