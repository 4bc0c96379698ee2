import type { Excerpt } from "../../schemas/run-report.ts";
import type { RunFacts } from "./store.ts";

/** All that a report's page shows, which it holds itself: it asks nobody for anything. */
export interface Embedded {
  readonly facts: RunFacts;
  /** When it was written, and whether the run went on then. */
  readonly written: string;
  readonly alive: boolean;
  /** The journal's lines. */
  readonly journal: readonly string[];
  /** By task, attempt and name; the list keeps any id from being a property's name. */
  readonly files: readonly {
    readonly task: string;
    readonly attempt: number;
    readonly name: string;
    readonly text: Excerpt;
  }[];
}

const held = (id: string): unknown => {
  const text = typeof document === "undefined" ? undefined : document.getElementById(id)?.textContent;
  return text ? JSON.parse(text) : undefined;
};

/** What this page holds of a run; nothing where a server gives it. */
export const embedded = held("run") as Embedded | undefined;

/** A file that this page holds, with what is left out of it said. */
export function embeddedFile({ files }: Embedded, task: string, attempt: number, name: string): string {
  const file = files.find((one) => one.task === task && one.attempt === attempt && one.name === name);
  if (!file) return "";
  const { head, left_out, tail } = file.text;
  return left_out > 0 ? `${head}\n[… ${left_out} bytes left out of this report …]\n${tail}` : head + tail;
}

/** The address of the layout engine's script, where the page holds that too. */
export function embeddedWorker(): string | undefined {
  const script = held("worker");
  return typeof script === "string"
    ? URL.createObjectURL(new Blob([script], { type: "text/javascript" }))
    : undefined;
}
