import { isStart } from "../../schemas/event.ts";
import { currentMoment } from "../history/clock.ts";
import { RunState } from "../history/run-state.ts";
import { frameOf } from "./frame.ts";
import { eventLine } from "./lines.ts";
import { LiveArea } from "./live-area.ts";
import type { Colors, Reporter } from "./reporter.ts";
import { Summary } from "./summary.ts";

/** Redraws the state of a run at the bottom of a terminal; finished tasks scroll up above it. */
export function liveReporter(stream: NodeJS.WriteStream, colors: Colors): Reporter {
  const run = new RunState();
  const summary = new Summary(run);
  const activity = new Map<string, string>();
  let isOver = false;
  const area = new LiveArea(stream, (size) =>
    frameOf(run, size, { colors, now: run.timeOf(currentMoment()), activity }),
  );
  return {
    aside: (write) => area.aside(write),
    pause: () => area.stop(),
    // A question can be withdrawn after the end.
    resume: () => {
      if (!isOver) area.start();
    },
    past(events) {
      for (const event of events) run.apply(event);
    },
    event(event) {
      run.apply(event);
      summary.event(event);
      if (event.event === "task.started") activity.delete(event.task);
      if (event.event === "task.progress") activity.set(event.task, event.text);
      // A running task already has its line below.
      const line = event.event === "task.started" ? undefined : eventLine(event, run, colors);
      if (line !== undefined) area.print(`${line}\n`);
      if (isStart(event)) area.start();
      if (event.event !== "run.finished") return;
      isOver = true;
      area.stop();
      area.print(summary.text(event, colors));
    },
  };
}
