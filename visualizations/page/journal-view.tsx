import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { JournalLine } from "../../src/history/journal-line.ts";
import { Scroller } from "./scroller.tsx";
import { clock, oneLine, seconds } from "./text.ts";

interface JournalViewProps {
  readonly lines: readonly JournalLine[];
  /** After how many lines the moment is that is looked at. */
  readonly count: number;
  readonly onStep: (step: number) => void;
}

const rowHeight = 28;
const most = 60;

/** The journal, newest last; a click goes to the moment after a line. */
export function JournalView({ lines, count, onStep }: JournalViewProps) {
  const [top, setTop] = useState(0);
  const box = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  const latest = count === lines.length;
  // The line of the moment stays in view; of a run that goes on, as long as nobody looks at what was before.
  useLayoutEffect(() => {
    if (latest ? atEnd.current : box.current) keepInView(box.current, (count - 1) * rowHeight);
  }, [count, latest]);
  const look = ({ scrollTop, clientHeight, scrollHeight }: HTMLElement) => {
    setTop(scrollTop);
    atEnd.current = scrollTop + clientHeight >= scrollHeight - rowHeight;
  };
  const first = Math.max(0, Math.floor(top / rowHeight) - 10);
  return (
    <section class="journal" aria-label="Journal">
      <Scroller label={`${lines.length} lines`} box={box} onScroll={look}>
        <div class="rows" style={{ height: `${lines.length * rowHeight}px` }}>
          {lines.slice(first, first + most).map((line, at) => {
            const number = first + at + 1;
            return (
              <button
                key={number}
                type="button"
                class="line"
                style={{ top: `${(number - 1) * rowHeight}px` }}
                aria-current={number === count ? "step" : undefined}
                onClick={() => onStep(number)}
              >
                <LineText line={line} number={number} />
              </button>
            );
          })}
        </div>
      </Scroller>
    </section>
  );
}

/** Scrolls no further than it takes to have a row, and the one before and behind it, in view. */
function keepInView(box: HTMLElement | null, row: number): void {
  if (!box) return;
  const [above, below] = [row - rowHeight, row + 2 * rowHeight - box.clientHeight];
  if (box.scrollTop > above) box.scrollTop = above;
  else if (box.scrollTop < below) box.scrollTop = below;
}

/** One line as people read it; an event that is not known is shown as it is written. */
export function LineText({ line, number }: { readonly line: JournalLine; readonly number: number }) {
  const { event, name, task, text } = line;
  return (
    <>
      <span class="quiet">
        {number} {event ? clock(Date.parse(event.at)) : ""}
      </span>{" "}
      <b>{oneLine(name)}</b> {task === undefined ? "" : oneLine(task)}{" "}
      <span class="quiet">{event ? detail(event) : oneLine(text).slice(0, 300)}</span>
    </>
  );
}

function detail(event: NonNullable<JournalLine["event"]>): string {
  switch (event.event) {
    case "run.started":
      return `${event.mode}, ${event.tasks.length} tasks, at most ${event.max_parallel} at once`;
    case "task.started":
      return `attempt ${event.attempt}`;
    case "task.attempted":
      return `attempt ${event.attempt}: ${event.outcome.status} ${oneLine(event.outcome.reason ?? "")}`;
    case "task.settled":
      return `${event.status} ${oneLine(event.reason ?? "")}`;
    case "run.resumed":
      return `${event.mode}, ${event.kept.length} kept, ${event.again.length} to run`;
    case "task.verified":
      return `attempt ${event.attempt}: ${event.outcome.status} ${oneLine(event.outcome.reason ?? "")}`;
    case "task.waiting":
      return `${oneLine(event.reason)}; again in ${seconds(event.wait_s)}`;
    case "task.answered":
      return oneLine(event.text);
    case "task.push_refused":
      return oneLine(event.remote);
    case "questions.open":
      return event.tasks.map(oneLine).join(", ");
    case "batch.held":
      return `next: ${event.next.map(oneLine).join(", ")}`;
    case "run.withheld":
    case "run.cancelled":
      return oneLine(event.reason);
    case "run.finished":
      return `exit status ${event.exit_code}`;
    default:
      return "";
  }
}
