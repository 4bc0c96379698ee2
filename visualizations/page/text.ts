import type { RunTask } from "../../src/history/run-state.ts";

/** Escape sequences of terminals: colours, cursor moves, titles. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
/** Controls but tab and newline, and the marks that reorder or hide text. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Untrusted text as it can be shown: carriage returns end lines, sequences are left out, controls are marked. */
export const readable = (text: string): string =>
  text.replaceAll("\r\n", "\n").replaceAll(sequences, "").replaceAll(unprintable, "\ufffd");

/** The same on one line. */
export const oneLine = (text: string): string => readable(text).replaceAll(/\s+/g, " ").trim();

/** How a task looks: its chart's state, with a pass told from a warning. */
export type Look = RunTask["state"] | "warn";
export const lookOf = ({ state, status }: RunTask): Look =>
  state === "done" && status === "warn" ? "warn" : state;

/** A sign for each look, so that no one needs to tell colours apart. */
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

/** Seconds as people read them. */
export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 60) return `${Math.floor(value)} s`;
  const two = (part: number) => String(Math.floor(part)).padStart(2, "0");
  if (value < 3600) return `${Math.floor(value / 60)} m ${two(value % 60)} s`;
  return `${Math.floor(value / 3600)} h ${two((value % 3600) / 60)} m`;
}

/** Moments of a span that are told on its axis, in milliseconds from its start: round ones, at most so many. */
export function ticksOf(span: number, most: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
  const step = (steps.find((seconds) => span / 1000 / seconds <= most) ?? 864_000) * 1000;
  return Array.from({ length: Math.ceil(span / step) }, (_, at) => at * step);
}

export const clock = (at: number): string => new Date(at).toLocaleTimeString([], { hour12: false });
