import cliTruncate from "cli-truncate";
import { createLogUpdate } from "log-update";
import type { RunEvent } from "../../schemas/event.ts";
import { printable } from "../printable.ts";
import { lineOf, name, titlesOf } from "./lines.ts";
import type { Colors } from "./reporter.ts";
import { duration, isStart, type Reporter } from "./reporter.ts";
import { Summary } from "./summary.ts";

interface Running {
  readonly since: number;
  activity: string;
}

/** A terminal's view: what has happened scrolls by above a line for each running task and a count. */
export function liveReporter(stream: NodeJS.WriteStream, colors: Colors): Reporter {
  const view = createLogUpdate(stream, { showCursor: true });
  const summary = new Summary();
  const running = new Map<string, Running>();
  let titles: ReadonlyMap<string, string> = new Map();
  let settled = 0;
  let timer: NodeJS.Timeout | undefined;

  const frame = (): string => {
    const width = stream.columns || 80;
    // Two lines are the terminal's own: a view as high as the screen scrolls it at every frame.
    const room = Math.max(1, (stream.rows || 24) - 3);
    const shown = [...running].slice(0, room).map(([task, { since, activity }]) => {
      const elapsed = duration((performance.now() - since) / 1000).padStart(7);
      const doing = activity ? `  ${colors.dim(printable(activity))}` : "";
      return cliTruncate(`${colors.cyan(elapsed)} ${name(task, titles, colors)}${doing}`, width - 1);
    });
    const hidden = running.size - shown.length;
    const more = hidden > 0 ? `, ${hidden} more running` : "";
    return [...shown, colors.dim(`${settled}/${titles.size} settled, ${running.size} running${more}`)].join(
      "\n",
    );
  };
  const resume = () => {
    timer ??= setInterval(() => view(frame()), 200);
    view(frame());
  };
  const pause = () => {
    clearInterval(timer);
    timer = undefined;
    view.clear();
  };
  const follow = (event: RunEvent) => {
    if (event.event === "task.started") running.set(event.task, { since: performance.now(), activity: "" });
    if (event.event === "task.progress") {
      const task = running.get(event.task);
      if (task) task.activity = event.text;
    }
    if (event.event === "task.settled") {
      running.delete(event.task);
      settled += 1;
    }
  };

  return {
    pause,
    resume,
    event(event) {
      if (isStart(event)) {
        titles = titlesOf(event);
        resume();
      }
      summary.event(event);
      follow(event);
      // A started task has its line in the view already.
      const line = event.event === "task.started" ? undefined : lineOf(event, titles, colors);
      if (line !== undefined) {
        view.clear();
        stream.write(`${line}\n`);
        if (timer) view(frame());
      }
      if (event.event !== "run.finished") return;
      pause();
      stream.write(summary.text(event, colors));
    },
  };
}
