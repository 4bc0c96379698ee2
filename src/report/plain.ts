import { lineOf, titlesOf } from "./lines.ts";
import { type Colors, isStart, type Reporter, type Screen } from "./reporter.ts";
import { Summary } from "./summary.ts";

/** A line for each thing that happens: for logs, pipes and CI. */
export function plainReporter(screen: Screen, colors: Colors): Reporter {
  const summary = new Summary();
  let titles: ReadonlyMap<string, string> = new Map();
  return {
    event(event) {
      if (isStart(event)) titles = titlesOf(event);
      summary.event(event);
      const line = lineOf(event, titles, colors);
      if (line !== undefined) screen.write(`${line}\n`);
      if (event.event === "run.finished") screen.write(summary.text(event, colors));
    },
  };
}
