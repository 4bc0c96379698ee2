import type { RunTask } from "../../src/history/run-state.ts";
import { duration } from "../../src/text/measures.ts";
import { visibleText } from "../../src/text/visible.ts";

/** Untrusted text as the page shows it: without escape sequences, and with a mark in place of each control. */
export const readable = (text: string): string => visibleText(text, "\ufffd");

/** Untrusted text on one line. */
export const oneLine = (text: string): string => readable(text).replaceAll(/\s+/g, " ").trim();

/** How a task is shown: as its state, or as `warn` if it passed with a warning. */
export type Look = RunTask["state"] | "warn";
export const lookOf = ({ state, status }: RunTask): Look =>
  state === "done" && status === "warn" ? "warn" : state;

/** A sign for each look, so that nobody has to tell colours apart. */
export const signs: Readonly<Record<Look, string>> = {
  pending: "○",
  ready: "◔",
  running: "▶",
  verifying: "⚖",
  waiting: "↻",
  done: "✓",
  warn: "!",
  failed: "✕",
  skipped: "–",
  cancelled: "⊘",
  parked: "?",
};

/** Returns the ticks of a time axis, in milliseconds from its start: at most `max` of them, at round times. */
export function ticksOf(span: number, max: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
  const step = (steps.find((seconds) => span / 1000 / seconds <= max) ?? 864_000) * 1000;
  return Array.from({ length: Math.ceil(span / step) }, (_, at) => at * step);
}

/** A duration in milliseconds, `1.2s` or `3m 05s`. */
export const elapsed = (ms: number): string => duration(ms / 1000);

/** A time of day in the person's own form. */
export const clock = (at: number): string => new Date(at).toLocaleTimeString([], { hour12: false });
