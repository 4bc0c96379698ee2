import { modeConfigs } from "../../machines/modes/modes.ts";
import type { RunEvent } from "../../schemas/event.ts";
import type { Mode } from "../../schemas/manifest.ts";
import type { Status } from "../../schemas/outcome.ts";
import type { RunState } from "../history/run-state.ts";
import { duration } from "../text/measures.ts";
import { printable } from "../text/printable.ts";
import type { Colors } from "./reporter.ts";

/** The word for each status, padded to one width, in its colour. */
export function statusWord(status: Status, colors: Colors): string {
  const paint: Record<Status, (text: string) => string> = {
    pass: colors.green,
    warn: colors.yellow,
    fail: colors.red,
    error: colors.red,
    skipped: colors.dim,
    cancelled: colors.dim,
    question: colors.magenta,
    escalated: colors.magenta,
  };
  return paint[status](status.padEnd(9));
}

/** A line for an event that people want to read, or none. `view` knows of it already. */
export function lineOf(event: RunEvent, view: RunState, colors: Colors): string | undefined {
  const named = (task: string) => name(task, view.tasks.get(task)?.title, colors);
  switch (event.event) {
    case "run.started": {
      const tasks = event.tasks.length === 1 ? "1 task" : `${event.tasks.length} tasks`;
      return `${colors.bold(event.run)}  ${event.mode}, ${tasks}, ${atOnce(event)}`;
    }
    case "run.resumed":
      return `${colors.bold(event.run)}  resumed: ${event.kept.length} kept, ${event.again.length} to run`;
    case "task.waiting": {
      const reason = colors.dim(`: ${printable(event.reason)}`);
      const until = `again in ${duration(event.wait_s)}`;
      return `${colors.yellow("waiting".padEnd(9))} ${named(event.task)} ${until}${reason}`;
    }
    case "task.answered":
      return `${colors.cyan("answered".padEnd(9))} ${named(event.task)}: ${printable(event.text)}`;
    case "task.push_refused": {
      const remote = colors.dim(printable(event.remote));
      return `${colors.yellow("no push".padEnd(9))} ${named(event.task)} ${remote}`;
    }
    case "run.withheld":
      return `${colors.yellow("withheld".padEnd(9))} ${printable(event.reason)}; nothing more is started`;
    case "task.started": {
      const again = event.attempt > 1 ? `, attempt ${event.attempt}` : "";
      return `${colors.cyan("started".padEnd(9))} ${named(event.task)}${again}`;
    }
    case "task.settled": {
      const reason = event.reason ? colors.dim(`: ${printable(event.reason)}`) : "";
      const took = event.status === "skipped" ? "" : colors.dim(` ${duration(event.duration_s)}`);
      return `${statusWord(event.status, colors)} ${named(event.task)}${took}${reason}`;
    }
    case "batch.held":
      return `${colors.magenta("held".padEnd(9))} next batch: ${event.next.map(printable).join(", ")}`;
    case "run.cancelled":
      return `${colors.yellow("cancelled")} ${printable(event.reason)}; ending what runs`;
    case "task.attempted": {
      const notes = (event.outcome.notes ?? []).map((note) => `: ${printable(note)}`);
      const line = `${colors.yellow("note".padEnd(9))} ${named(event.task)}`;
      return notes.length > 0 ? notes.map((note) => `${line}${note}`).join("\n") : undefined;
    }
    case "task.ready":
    case "task.progress":
    case "task.verified":
    case "run.finished":
      return undefined;
  }
}

/** How many tasks may run at once, in words. */
export const atOnce = ({
  mode,
  max_parallel,
}: {
  readonly mode: Mode;
  readonly max_parallel: number;
}): string => (modeConfigs[mode].isSequential ? "one at a time" : `at most ${max_parallel} at once`);

/** A task as people see it: its id and, where it says more, its title. */
export function name(task: string, title: string | undefined, colors: Colors): string {
  return title && title !== task ? `${printable(task)} ${colors.dim(printable(title))}` : printable(task);
}
