import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Outcome } from "../../schemas/outcome.ts";
import type { JournalLine } from "../../src/history/journal-line.ts";
import { counted, duration } from "../../src/text/measures.ts";
import { Scroller } from "./scroller.tsx";
import { clock, oneLine } from "./text.ts";

interface JournalViewProps {
  readonly lines: readonly JournalLine[];
  /** The number of lines up to the shown moment. */
  readonly count: number;
  readonly onStep: (step: number) => void;
}

const rowHeight = 28;
const maxRows = 60;

/** The journal, newest last. A click on a line shows the moment after it. */
export function JournalView({ lines, count, onStep }: JournalViewProps) {
  const [top, setTop] = useState(0);
  const box = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  const isLatest = count === lines.length;
  // The shown moment's line stays in view; new lines do not scroll while a person reads older ones.
  useLayoutEffect(() => {
    if (isLatest ? atEnd.current : box.current) keepInView(box.current, (count - 1) * rowHeight);
  }, [count, isLatest]);
  const onScroll = ({ scrollTop, clientHeight, scrollHeight }: HTMLElement) => {
    setTop(scrollTop);
    atEnd.current = scrollTop + clientHeight >= scrollHeight - rowHeight;
  };
  const first = Math.max(0, Math.floor(top / rowHeight) - 10);
  return (
    <section class="journal" aria-label="Journal">
      <Scroller label={counted(lines.length, "journal line")} box={box} onScroll={onScroll}>
        <div class="rows" style={{ height: `${lines.length * rowHeight}px` }}>
          {lines.slice(first, first + maxRows).map((line, at) => {
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

/** Scrolls just far enough to show a row and the rows before and after it. */
function keepInView(box: HTMLElement | null, row: number): void {
  if (!box) return;
  const [above, below] = [row - rowHeight, row + 2 * rowHeight - box.clientHeight];
  if (box.scrollTop > above) box.scrollTop = above;
  else if (box.scrollTop < below) box.scrollTop = below;
}

/** One line in words; an unknown event is shown as it is in the file. */
export function LineText({ line, number }: { readonly line: JournalLine; readonly number: number }) {
  const { event, name, task, text } = line;
  return (
    <>
      <span class="quiet">
        {number} {event ? clock(Date.parse(event.at)) : ""}
      </span>{" "}
      <b>{oneLine(name)}</b> {task === undefined ? "" : oneLine(task)}{" "}
      <span class="quiet">{event ? describeEvent(event) : oneLine(text).slice(0, 300)}</span>
    </>
  );
}

function describeEvent(event: NonNullable<JournalLine["event"]>): string {
  switch (event.event) {
    case "run.started":
      return `${event.mode}, ${counted(event.tasks.length, "task")}, up to ${event.max_parallel} at a time`;
    case "task.started":
      return `attempt ${event.attempt}`;
    case "task.attempted":
    case "task.verified":
      return `attempt ${event.attempt}: ${withReason(event.outcome)}`;
    case "task.settled":
      return withReason(event);
    case "run.resumed":
      return `${event.mode}, ${event.kept.length} kept, ${event.again.length} to run`;
    case "task.waiting":
      return `${oneLine(event.reason)}; next attempt in ${duration(event.wait_s)}`;
    case "task.answered":
      return oneLine(event.text);
    case "task.push_refused":
      return oneLine(event.remote);
    case "questions.open":
      return event.tasks.map(oneLine).join(", ");
    case "batch.held":
      return `next batch: ${event.next.map(oneLine).join(", ")}`;
    case "run.withheld":
    case "run.throttled":
    case "run.cancelled":
    case "run.journal_restored":
      return oneLine(event.reason);
    case "run.guard_restored":
      return [...event.restored, ...event.moved].map(oneLine).join(", ");
    case "run.finished":
      return `exit status ${event.exit_code}`;
    default:
      return "";
  }
}

const withReason = ({ status, reason }: Outcome): string =>
  reason ? `${status}: ${oneLine(reason)}` : status;
