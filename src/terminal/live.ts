import { isStart } from "../../schemas/event.ts";
import { RunState } from "../history/run-state.ts";
import { frameOf } from "./frame.ts";
import { lineOf } from "./lines.ts";
import { LiveArea } from "./live-area.ts";
import type { Colors, Reporter } from "./reporter.ts";
import { Summary } from "./summary.ts";

/** A terminal's view: what has happened scrolls by above the run as it stands. */
export function liveReporter(stream: NodeJS.WriteStream, colors: Colors): Reporter {
  const view = new RunState();
  const summary = new Summary(view);
  const activity = new Map<string, string>();
  let isOver = false;
  const area = new LiveArea(stream, (size) => frameOf(view, size, { colors, now: Date.now(), activity }));
  return {
    aside: (write) => area.aside(write),
    pause: () => area.stop(),
    // Who was asked something may hear of it after the end.
    resume: () => {
      if (!isOver) area.start();
    },
    past(events) {
      for (const event of events) view.apply(event);
    },
    event(event) {
      view.apply(event);
      summary.event(event);
      if (event.event === "task.started") activity.delete(event.task);
      if (event.event === "task.progress") activity.set(event.task, event.text);
      // A started task has its line in the view already.
      const line = event.event === "task.started" ? undefined : lineOf(event, view, colors);
      if (line !== undefined) area.print(`${line}\n`);
      if (isStart(event)) area.start();
      if (event.event !== "run.finished") return;
      isOver = true;
      area.stop();
      area.print(summary.text(event, colors));
    },
  };
}
