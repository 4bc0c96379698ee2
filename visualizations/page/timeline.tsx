import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RunAttempt, RunState, RunTask } from "../../src/history/run-state.ts";
import { isEnd } from "../../src/history/transitions.ts";
import { Scroller } from "./scroller.tsx";
import { slotsOf } from "./slots.ts";
import { clock, lookOf, oneLine, seconds, signs, ticksOf } from "./text.ts";

interface TimelineProps {
  readonly view: RunState;
  /** Whether time goes on: then bars of running tasks grow. */
  readonly live: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (task: string) => void;
}

const rowHeight = 26;

/** When each task waited, ran and was tried again, and above it what each slot was used for. */
export function Timeline({ view, live, selected, onSelect }: TimelineProps) {
  const now = useNow(live, view.lastAt ?? 0);
  const [zoom, setZoom] = useState(1);
  const scroller = useRef<HTMLElement>(null);
  const window_ = useWindow(scroller);
  const begin = view.started ?? view.latest;
  const from = begin ? Date.parse(begin.at) : now;
  const span = Math.max(now - from, 1);
  const place = (at: number) => `${(Math.min(Math.max(at - from, 0) / span, 1) * 100).toFixed(3)}%`;
  const length = (start: number, end: number) => `${((Math.max(end - start, 0) / span) * 100).toFixed(3)}%`;
  const slots = slotsOf(view);
  const tasks = [...view.tasks.values()];
  const first = Math.max(0, Math.floor(window_.top / rowHeight) - 4);
  const shown = tasks.slice(first, first + Math.ceil(window_.height / rowHeight) + 8);
  const bars: BarScale = { place, length, now };
  const ticks = ticksOf(span, 8 * zoom).map((at) => ({
    left: place(from + at),
    text: seconds(at / 1000).replace(".0", ""),
  }));
  return (
    <section class="timeline" aria-label="Timeline">
      <div class="tools">
        <button
          type="button"
          onClick={() => setZoom((value) => Math.min(64, value * 2))}
          aria-label="Zoom in"
        >
          +
        </button>
        <button
          type="button"
          onClick={() => setZoom((value) => Math.max(1, value / 2))}
          aria-label="Zoom out"
        >
          −
        </button>
        <span class="quiet">
          {clock(from)} – {clock(now)}, {seconds(span / 1000)}
        </span>
        <ul class="legend" aria-label="What the bars mean">
          <li class="key-waits">ready, waits for a slot or a file</li>
          <li class="key-runs">attempt</li>
          <li class="key-gap">between attempts</li>
        </ul>
      </div>
      <Scroller label="Bars" box={scroller}>
        <div class="wide" style={{ width: `${zoom * 100}%` }}>
          <Slots
            ticks={ticks}
            tasks={tasks}
            slots={slots}
            bars={bars}
            count={view.latest?.max_parallel ?? 1}
          />
          <div class="rows" style={{ height: `${tasks.length * rowHeight}px` }}>
            {shown.map((task, at) => (
              <button
                key={task.id}
                type="button"
                class="row"
                data-task={task.id}
                style={{ top: `${(first + at) * rowHeight}px` }}
                title={`${oneLine(task.id)} ${oneLine(task.title)}`}
                aria-pressed={task.id === selected}
                onClick={() => onSelect(task.id)}
              >
                <span class={`name look-${lookOf(task)}`}>
                  <span aria-hidden="true">{signs[lookOf(task)]}</span> {oneLine(task.id)}{" "}
                  {task.title === task.id ? null : <span class="title">{oneLine(task.title)}</span>}
                </span>
                <span class="unseen">{describe(task, now)}</span>
                <span class="bars" aria-hidden="true">
                  <Bars task={task} slots={slots.get(task.id) ?? []} bars={bars} />
                </span>
              </button>
            ))}
          </div>
        </div>
      </Scroller>
    </section>
  );
}

interface BarScale {
  readonly place: (at: number) => string;
  readonly length: (from: number, to: number) => string;
  readonly now: number;
}

/** One lane for each slot that was used. */
function Slots(props: {
  readonly tasks: readonly RunTask[];
  readonly slots: ReadonlyMap<string, readonly number[]>;
  readonly bars: BarScale;
  readonly count: number;
  readonly ticks: readonly { readonly left: string; readonly text: string }[];
}) {
  const { tasks, slots, bars, count, ticks } = props;
  const used = Math.max(0, ...[...slots.values()].flat()) + 1;
  const lanes = Math.min(Math.max(used, Math.min(count, 8)), 32);
  return (
    <div
      class="slots"
      style={{ height: `${lanes * 12 + 24}px` }}
      role="img"
      aria-label={`${used} of ${count} slots used`}
    >
      <span class="name">slots</span>
      <span class="bars">
        {ticks.map(({ left, text }) => (
          <i key={left} class="tick" style={{ left }}>
            {text}
          </i>
        ))}
        {tasks.flatMap((task) =>
          task.attempts.map((attempt, at) => (
            <i
              key={`${task.id} ${attempt.number}`}
              class={`bar look-${barLook(task, attempt)}`}
              style={{
                left: bars.place(attempt.startedAt),
                width: bars.length(attempt.startedAt, attempt.endedAt ?? bars.now),
                top: `${(slots.get(task.id)?.[at] ?? 0) * 12 + 20}px`,
              }}
            />
          )),
        )}
      </span>
    </div>
  );
}

function Bars({ task, slots, bars }: { task: RunTask; slots: readonly number[]; bars: BarScale }) {
  const { place, length, now } = bars;
  const began = waitEnd(task, now);
  return (
    <>
      {task.readyAt === undefined ? null : (
        <i class="waits" style={{ left: place(task.readyAt), width: length(task.readyAt, began) }} />
      )}
      {task.attempts.map((attempt, at) => {
        const before = task.attempts[at - 1]?.endedAt;
        return (
          <>
            {before === undefined ? null : (
              <i class="gap" style={{ left: place(before), width: length(before, attempt.startedAt) }} />
            )}
            <i
              key={attempt.number}
              class={`bar look-${barLook(task, attempt)}`}
              style={{
                left: place(attempt.startedAt),
                width: length(attempt.startedAt, attempt.endedAt ?? now),
              }}
            >
              <small>{(slots[at] ?? 0) + 1}</small>
            </i>
          </>
        );
      })}
    </>
  );
}

/** The last attempt is what its task is; one that was followed by another failed, or was cut off. */
function barLook(task: RunTask, attempt: RunAttempt): string {
  const wasCutOff = attempt.endedAt !== undefined && attempt.outcome === undefined;
  const isLast = attempt.number === task.attempts.at(-1)?.number;
  if (isLast && !(wasCutOff && !isEnd(task.state))) return lookOf(task);
  return wasCutOff ? "cancelled" : "failed";
}

/** When a task's last wait for a slot ended: of a run that was resumed, it may have attempts from before that. */
const waitEnd = ({ attempts, settledAt, readyAt = 0 }: RunTask, now: number): number =>
  attempts.find(({ startedAt }) => startedAt >= readyAt)?.startedAt ??
  (settledAt !== undefined && settledAt >= readyAt ? settledAt : now);

function describe(task: RunTask, now: number): string {
  const began = task.attempts[0]?.startedAt;
  const ended =
    task.settledAt ?? (task.state === "pending" ? task.attempts.at(-1)?.endedAt : undefined) ?? now;
  const parts: string[] = [lookOf(task)];
  if (task.readyAt !== undefined) parts.push(`waited ${seconds((waitEnd(task, now) - task.readyAt) / 1000)}`);
  if (began !== undefined) parts.push(`ran ${seconds((ended - began) / 1000)}`);
  if (task.attempts.length > 1) parts.push(`${task.attempts.length} attempts`);
  return parts.join(", ");
}

/** The time, four times a second while it matters. */
function useNow(live: boolean, last: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [live]);
  return live ? Math.max(now, last) : last;
}

/** What part of a scrolled element can be seen: 500 rows are not drawn for the sake of 20. */
function useWindow(element: { readonly current: HTMLElement | null }): { top: number; height: number } {
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const box = element.current;
    if (!box) return;
    const look = () => setSeen({ top: box.scrollTop, height: box.clientHeight });
    const watch = new ResizeObserver(look);
    watch.observe(box);
    box.addEventListener("scroll", look, { passive: true });
    return () => {
      watch.disconnect();
      box.removeEventListener("scroll", look);
    };
  }, [element]);
  return seen;
}
