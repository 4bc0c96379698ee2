import { modeConfigs } from "../../machines/modes/modes.ts";
import type { RunEvent } from "../../schemas/event.ts";
import type { Mode } from "../../schemas/manifest.ts";
import type { TaskStatus } from "../../schemas/run-status.ts";
import type { RunState } from "../history/run-state.ts";
import { listed } from "../text/list.ts";
import { counted, duration } from "../text/measures.ts";
import { printable } from "../text/printable.ts";
import type { Colors } from "./reporter.ts";

/** The width of the labels at the start of lines: that of the longest status of a task that has run. */
const labelWidth = "escalated".length;

/** A status in its colour, padded to the width of the column. */
export function statusWord(status: TaskStatus["status"], colors: Colors, width = labelWidth): string {
  const paint: Record<TaskStatus["status"], (text: string) => string> = {
    pass: colors.green,
    warn: colors.yellow,
    fail: colors.red,
    error: colors.red,
    skipped: colors.dim,
    cancelled: colors.dim,
    question: colors.magenta,
    escalated: colors.magenta,
    pending: colors.cyan,
    running: colors.cyan,
    interrupted: colors.cyan,
  };
  return paint[status](status.padEnd(width));
}

/** The line that shows an event to a person; undefined if it has none. `run` has already applied the event. */
export function eventLine(event: RunEvent, run: RunState, colors: Colors): string | undefined {
  const { bold, cyan, dim, magenta, yellow } = colors;
  const line = (paint: (text: string) => string, label: string, text: string) =>
    `${paint(label.padEnd(labelWidth))} ${text}`;
  const named = (task: string) => taskName(task, run.tasks.get(task)?.title, colors);
  switch (event.event) {
    case "run.started":
      return `${bold(event.run)}  ${event.mode}, ${counted(event.tasks.length, "task")}, ${atOnce(event)}`;
    case "run.resumed":
      return `${bold(event.run)}  resumed: ${event.kept.length} kept, ${event.again.length} to run`;
    case "run.withheld":
      return line(yellow, "limit", `${printable(event.reason)}; no more tasks are started`);
    case "run.throttled": {
      const most = `at most ${counted(event.limit, "task")} at a time`;
      return line(yellow, "throttled", `${most} for now: ${printable(event.reason)}`);
    }
    case "run.journal_restored":
      return line(yellow, "journal", `${printable(event.reason)}; it was restored`);
    case "run.guard_restored":
      return line(yellow, "hooks", guardText(event));
    case "run.cancelled":
      return line(yellow, "cancelled", cancelText(event.reason, run));
    case "batch.held":
      return line(magenta, "paused", `before the next batch: ${event.next.map(printable).join(", ")}`);
    case "task.started":
      return line(
        cyan,
        "started",
        `${named(event.task)}${event.attempt > 1 ? `, attempt ${event.attempt}` : ""}`,
      );
    case "task.waiting": {
      const reason = dim(`: ${printable(event.reason)}`);
      return line(yellow, "waiting", `${named(event.task)}, retry in ${duration(event.wait_s)}${reason}`);
    }
    case "task.answered":
      return line(cyan, "answered", `${named(event.task)}: ${printable(event.text)}`);
    case "task.push_refused":
      return line(yellow, "refused", `${named(event.task)}: push to ${dim(printable(event.remote))}`);
    case "task.settled": {
      const reason = event.reason ? dim(`: ${printable(event.reason)}`) : "";
      const hasRun = event.duration_s > 0 || !["skipped", "cancelled"].includes(event.status);
      const took = hasRun ? dim(` ${duration(event.duration_s)}`) : "";
      return `${statusWord(event.status, colors)} ${named(event.task)}${took}${reason}`;
    }
    case "task.attempted": {
      const notes = event.outcome.notes ?? [];
      const lines = notes.map((note) => line(yellow, "note", `${named(event.task)}: ${printable(note)}`));
      return lines.length > 0 ? lines.join("\n") : undefined;
    }
    default:
      return undefined;
  }
}

function guardText({ restored, moved }: Extract<RunEvent, { event: "run.guard_restored" }>): string {
  const back =
    restored.length > 0
      ? [`the guard against pushes was changed and has been restored (${inWords(restored)})`]
      : [];
  const own = moved.length > 0 ? [`moved to the repository's own hooks: ${inWords(moved)}`] : [];
  return [...back, ...own].join("; ");
}

const inWords = (names: readonly string[]): string => listed(names.map(printable));

/** Why a run is cancelled, and that its running tasks are being stopped, if there are any. */
export function cancelText(reason: string, run: RunState): string {
  const isBusy = [...run.tasks.values()].some(({ state }) => state === "running" || state === "verifying");
  return `${printable(reason)}${isBusy ? "; stopping running tasks" : ""}`;
}

/** How many tasks may run at the same time, in words. */
export const atOnce = ({
  mode,
  max_parallel,
}: {
  readonly mode: Mode;
  readonly max_parallel: number;
}): string => (modeConfigs[mode].isSequential ? "one at a time" : `at most ${max_parallel} at once`);

/** A task for people: its id and, if that differs, its title. */
export function taskName(task: string, title: string | undefined, colors: Colors): string {
  return title && title !== task ? `${printable(task)} ${colors.dim(printable(title))}` : printable(task);
}
