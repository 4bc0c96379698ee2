import { isParked } from "../../schemas/outcome.ts";
import { answerCommand } from "../history/next-step.ts";
import { RunState } from "../history/run-state.ts";
import { lineOf } from "./lines.ts";
import type { Colors, Reporter, Screen } from "./reporter.ts";
import { Summary } from "./summary.ts";

/** A line for each thing that happens: for logs, pipes and CI. */
export function plainReporter(screen: Screen, colors: Colors): Reporter {
  const view = new RunState();
  const summary = new Summary(view);
  return {
    past(events) {
      for (const event of events) view.apply(event);
    },
    event(event) {
      view.apply(event);
      summary.event(event);
      const line = lineOf(event, view, colors);
      if (line !== undefined) screen.write(`${line}\n`);
      if (event.event === "task.settled" && isParked(event.status)) {
        screen.write(`${"".padEnd(9)} ${answerCommand(view, event.task)}\n`);
      }
      if (event.event === "run.finished") screen.write(summary.text(event, colors));
    },
  };
}
