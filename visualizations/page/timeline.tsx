import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RunAttempt, RunState, RunTask } from "../../src/history/run-state.ts";
import { isEnd } from "../../src/history/transitions.ts";
import { Scroller } from "./scroller.tsx";
import { slotsOf } from "./slots.ts";
import { clock, elapsed, lookOf, oneLine, signs, ticksOf } from "./text.ts";

interface TimelineProps {
  readonly run: RunState;
  /** Whether the run is live, so that the bars of running tasks grow. */
  readonly live: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (task: string) => void;
}

const rowHeight = 26;

/** When each task waited and ran, and above that when each slot was used. */
export function Timeline({ run, live, selected, onSelect }: TimelineProps) {
  const now = useNow(live, run.lastAt ?? 0);
  const [zoom, setZoom] = useState(1);
  const scroller = useRef<HTMLElement>(null);
  const visible = useVisiblePart(scroller);
  const scale = timeScale(run, now);
  const slots = slotsOf(run);
  const tasks = [...run.tasks.values()];
  const first = Math.max(0, Math.floor(visible.top / rowHeight) - 4);
  const shown = tasks.slice(first, first + Math.ceil(visible.height / rowHeight) + 8);
  return (
    <section class="timeline" aria-label="Timeline">
      <TimelineTools scale={scale} zoom={zoom} onZoom={setZoom} />
      <Scroller label="Tasks over time" box={scroller}>
        <div class="wide" style={{ width: `${zoom * 100}%` }}>
          <Slots
            tasks={tasks}
            slots={slots}
            scale={scale}
            count={run.latest?.max_parallel ?? 1}
            ticks={ticksOf(scale.span, 8 * zoom)}
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
                <span class="visually-hidden">{describeTask(task, now)}</span>
                <span class="bars" aria-hidden="true">
                  <Bars task={task} slots={slots.get(task.id) ?? []} scale={scale} />
                </span>
              </button>
            ))}
          </div>
        </div>
      </Scroller>
    </section>
  );
}

interface TimelineToolsProps {
  readonly scale: TimeScale;
  readonly zoom: number;
  readonly onZoom: (zoom: number) => void;
}

function TimelineTools({ scale, zoom, onZoom }: TimelineToolsProps) {
  return (
    <div class="tools">
      <button type="button" onClick={() => onZoom(Math.min(64, zoom * 2))} aria-label="Zoom in">
        +
      </button>
      <button type="button" onClick={() => onZoom(Math.max(1, zoom / 2))} aria-label="Zoom out">
        −
      </button>
      <span class="quiet">
        {clock(scale.from)} – {clock(scale.now)}, {elapsed(scale.span)}
      </span>
      <ul class="legend" aria-label="Legend">
        <li class="key-waits">ready, waiting for a slot or a file</li>
        <li class="key-runs">attempt</li>
        <li class="key-gap">between attempts</li>
      </ul>
    </div>
  );
}

/** The time from a run's start until now, and where moments lie in it. Times are in milliseconds. */
interface TimeScale {
  readonly from: number;
  readonly now: number;
  readonly span: number;
  /** Returns the CSS position of a moment. */
  readonly left: (at: number) => string;
  /** Returns the CSS position and width of a period; without an end it lasts until now. */
  readonly period: (start: number, end?: number) => { readonly left: string; readonly width: string };
}

function timeScale(run: RunState, now: number): TimeScale {
  const begin = run.started ?? run.latest;
  const from = begin ? Date.parse(begin.at) : now;
  const span = Math.max(now - from, 1);
  const percent = (ms: number) => `${((Math.max(ms, 0) / span) * 100).toFixed(3)}%`;
  const left = (at: number) => percent(Math.min(at - from, span));
  const period = (start: number, end = now) => ({ left: left(start), width: percent(end - start) });
  return { from, now, span, left, period };
}

interface SlotsProps {
  readonly tasks: readonly RunTask[];
  readonly slots: ReadonlyMap<string, readonly number[]>;
  readonly scale: TimeScale;
  readonly count: number;
  /** In milliseconds from the run's start. */
  readonly ticks: readonly number[];
}

/** The time axis, and a lane for each slot that was used. */
function Slots({ tasks, slots, scale, count, ticks }: SlotsProps) {
  const used = [...slots.values()].flat().reduce((most, slot) => Math.max(most, slot), 0) + 1;
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
        {ticks.map((tick) => (
          <i key={tick} class="tick" style={{ left: scale.left(scale.from + tick) }}>
            {elapsed(tick).replace(".0", "")}
          </i>
        ))}
        {tasks.flatMap((task) =>
          task.attempts.map((attempt, at) => (
            <i
              key={`${task.id} ${attempt.number}`}
              class={`bar look-${attemptLook(task, attempt)}`}
              style={{
                ...scale.period(attempt.startedAt, attempt.endedAt),
                top: `${(slots.get(task.id)?.[at] ?? 0) * 12 + 20}px`,
              }}
            />
          )),
        )}
      </span>
    </div>
  );
}

interface BarsProps {
  readonly task: RunTask;
  readonly slots: readonly number[];
  readonly scale: TimeScale;
}

/** A task's wait for a slot, its attempts, and the time between them. */
function Bars({ task, slots, scale }: BarsProps) {
  return (
    <>
      {task.readyAt === undefined ? null : (
        <i class="waits" style={scale.period(task.readyAt, waitEnd(task, scale.now))} />
      )}
      {task.attempts.map((attempt, at) => {
        const previousEnd = task.attempts[at - 1]?.endedAt;
        return (
          <>
            {previousEnd === undefined ? null : (
              <i class="gap" style={scale.period(previousEnd, attempt.startedAt)} />
            )}
            <i
              key={attempt.number}
              class={`bar look-${attemptLook(task, attempt)}`}
              style={scale.period(attempt.startedAt, attempt.endedAt)}
            >
              <small>{(slots[at] ?? 0) + 1}</small>
            </i>
          </>
        );
      })}
    </>
  );
}

/** The last attempt looks like its task; an earlier one failed or was cut off. */
function attemptLook(task: RunTask, attempt: RunAttempt): string {
  const wasCutOff = attempt.endedAt !== undefined && attempt.outcome === undefined;
  const isLast = attempt.number === task.attempts.at(-1)?.number;
  if (isLast && !(wasCutOff && !isEnd(task.state))) return lookOf(task);
  return wasCutOff ? "cancelled" : "failed";
}

/** Returns when a task's last wait for a slot ended. After a resume, earlier attempts may precede that wait. */
const waitEnd = ({ attempts, settledAt, readyAt = 0 }: RunTask, now: number): number =>
  attempts.find(({ startedAt }) => startedAt >= readyAt)?.startedAt ??
  (settledAt !== undefined && settledAt >= readyAt ? settledAt : now);

function describeTask(task: RunTask, now: number): string {
  const startedAt = task.attempts[0]?.startedAt;
  const lastEnd = task.state === "pending" ? task.attempts.at(-1)?.endedAt : undefined;
  const endedAt = task.settledAt ?? lastEnd ?? now;
  const parts: string[] = [lookOf(task)];
  if (task.readyAt !== undefined) parts.push(`waited ${elapsed(waitEnd(task, now) - task.readyAt)}`);
  if (startedAt !== undefined) parts.push(`ran ${elapsed(endedAt - startedAt)}`);
  if (task.attempts.length > 1) parts.push(`${task.attempts.length} attempts`);
  return parts.join(", ");
}

/** Returns the time, four times a second while the run is live; afterwards that of its last event. */
function useNow(live: boolean, last: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [live]);
  return live ? Math.max(now, last) : last;
}

/** Returns the visible part of a scrolled element, so that of 500 rows only some 20 are drawn. */
function useVisiblePart(element: { readonly current: HTMLElement | null }): { top: number; height: number } {
  const [visible, setVisible] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const box = element.current;
    if (!box) return;
    const measure = () => setVisible({ top: box.scrollTop, height: box.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    box.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", measure);
    };
  }, [element]);
  return visible;
}
