import { useEffect, useRef, useState } from "preact/hooks";
import type { Chart, ChartTransition } from "../../machines/chart.ts";
import type { RunState } from "../../src/history/run-state.ts";
import { chartKey, type Transition } from "../../src/history/transitions.ts";
import { ChartDrawing } from "../chart-drawing.tsx";
import { type PlacedChart, placeChart } from "../chart-layout.ts";
import { elk } from "./elk.ts";
import type { RunFacts } from "./facts.ts";
import { Scroller } from "./scroller.tsx";
import type { Store } from "./store.ts";
import { oneLine } from "./text.ts";
import { useZoom, ZoomTools } from "./zoom.tsx";

interface ChartsViewProps {
  readonly facts: RunFacts;
  readonly store: Store;
  readonly view: RunState;
  /** The task whose chart is shown; none for the orchestrator's. */
  readonly task: string | undefined;
  readonly onTask: (task: string | undefined) => void;
}

/** The statechart of the orchestrator, or of a task, as it stands at the moment that is looked at. */
export function ChartsView({ facts, store, view, task, onTask }: ChartsViewProps) {
  const chart =
    task === undefined
      ? facts.charts.orchestrator[view.latest?.mode ?? "dependency-driven"]
      : facts.charts.task;
  const placed = usePlaced(chart);
  const scroller = useRef<HTMLElement>(null);
  const zoom = useZoom(scroller, placed, "width");
  const shown = task === undefined ? view : view.tasks.get(task);
  const lit = shown && chartKey(shown.state);
  useEffect(() => {
    const find = (part: string) => scroller.current?.querySelector(part);
    find(".taken")?.scrollIntoView({ block: "center", inline: "center" });
    find(".current")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [placed, shown?.lastTransition, lit]);
  const name = task === undefined ? "Orchestrator" : `Task ${oneLine(task)}`;
  const concerns = (at: number) => task === undefined || store.lines[at]?.task === task;
  const stepTo = (direction: 1 | -1) => {
    // A step is counted in lines: after step n, line n - 1 is the last.
    for (let step = store.count + direction; step > 0 && step <= store.lines.length; step += direction) {
      if (concerns(step - 1)) return store.goTo(step);
    }
  };
  return (
    <section class="charts" aria-label="Statecharts">
      <div class="tools">
        <label>
          Machine{" "}
          <select
            value={task ?? ""}
            onChange={({ currentTarget }) =>
              onTask(currentTarget.value === "" ? undefined : currentTarget.value)
            }
          >
            <option value="">orchestrator</option>
            {[...view.tasks.keys()].map((id) => (
              <option key={id} value={id}>
                {oneLine(id)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => stepTo(-1)}>
          ◀ its step before
        </button>
        <button type="button" onClick={() => stepTo(1)}>
          its next step ▶
        </button>
        <ZoomTools zoom={zoom} />
      </div>
      <p class="taken" aria-live="polite">
        <b>{name}</b> is <b data-testid="state">{shown?.state ?? "not started"}</b>
        {shown?.lastTransition ? <> – last: {words(shown.lastTransition)}</> : null}
      </p>
      <Scroller label={`Chart: ${name}`} box={scroller}>
        {placed ? (
          <div class="fitted" style={{ width: `${placed.width * zoom.value}px` }}>
            <ChartDrawing
              chart={placed}
              title={name}
              current={lit}
              taken={shown?.lastTransition ? isTaken(shown.lastTransition) : undefined}
            />
          </div>
        ) : null}
      </Scroller>
    </section>
  );
}

const isTaken =
  ({ from, to, event, guard }: Transition) =>
  (move: ChartTransition): boolean =>
    move.from === from && move.to === to && move.event === event && move.guard === guard;

function words({ from, to, event, guard }: Transition): string {
  const where =
    to === undefined ? (from === "" ? "in every state" : `in ${from}`) : `${from || "any state"} → ${to}`;
  return `${event}${guard ? ` [${guard}]` : ""}, ${where}`;
}

const layouts = new WeakMap<Chart, Promise<PlacedChart>>();

function usePlaced(chart: Chart): PlacedChart | undefined {
  const [of, setPlaced] = useState<{ readonly chart: Chart; readonly placed: PlacedChart }>();
  useEffect(() => {
    let current = true;
    const one = layouts.get(chart) ?? placeChart(chart, elk());
    layouts.set(chart, one);
    void one.then((placed) => current && setPlaced({ chart, placed }));
    return () => {
      current = false;
    };
  }, [chart]);
  return of?.chart === chart ? of.placed : undefined;
}
