import { isParked } from "../../schemas/outcome.ts";
import { answerCommand, placeOf } from "../history/next-step.ts";
import { RunState } from "../history/run-state.ts";
import { eventLine } from "./lines.ts";
import type { Colors, Reporter, Screen } from "./reporter.ts";
import { Summary } from "./summary.ts";

/** Prints one line for each event that matters to people: for logs, pipes and CI. */
export function plainReporter(screen: Screen, colors: Colors): Reporter {
  const run = new RunState();
  const summary = new Summary(run);
  return {
    past(events) {
      for (const event of events) run.apply(event);
    },
    event(event) {
      run.apply(event);
      summary.event(event);
      const line = eventLine(event, run, colors);
      if (line !== undefined) screen.write(`${line}\n`);
      if (event.event === "task.settled" && isParked(event.status)) {
        screen.write(`${"".padEnd(9)} ${answerCommand(placeOf(run, run.directory), event.task)}\n`);
      }
      if (event.event === "run.finished") screen.write(summary.text(event, colors));
    },
  };
}
