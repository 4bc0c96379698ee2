import { useEffect, useRef } from "preact/hooks";
import type { ChartTransition } from "../../machines/chart.ts";
import { chartKey, type Transition } from "../../src/history/transitions.ts";
import { ChartDrawing } from "../chart-drawing.tsx";
import { placeChart } from "../chart-layout.ts";
import { useLayout } from "./elk.ts";
import type { RunFacts } from "./facts.ts";
import { Scroller } from "./scroller.tsx";
import type { Store } from "./store.ts";
import { oneLine } from "./text.ts";
import { useZoom, ZoomTools } from "./zoom.tsx";

interface ChartsViewProps {
  readonly facts: RunFacts;
  readonly store: Store;
  /** The task whose chart is shown; undefined for the orchestrator's. */
  readonly task: string | undefined;
  readonly onTask: (task: string | undefined) => void;
}

/** The statechart of the orchestrator, or of a task, in its state at the shown moment. */
export function ChartsView({ facts, store, task, onTask }: ChartsViewProps) {
  const { run } = store;
  const { orchestrator, task: taskChart } = facts.charts;
  const chart = task === undefined ? orchestrator[run.latest?.mode ?? "dependency-driven"] : taskChart;
  const layout = useLayout(chart, placeChart);
  const placed = layout?.source === chart ? layout.placed : undefined;
  const scroller = useRef<HTMLElement>(null);
  const zoom = useZoom(scroller, placed, "width");
  const machine = task === undefined ? run : run.tasks.get(task);
  const current = machine && chartKey(machine.state);
  const last = machine?.lastTransition;
  useEffect(() => {
    const find = (selector: string) => scroller.current?.querySelector(selector);
    find(".taken")?.scrollIntoView({ block: "center", inline: "center" });
    find(".current")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [placed, last, current, zoom.value]);
  const name = task === undefined ? "orchestrator" : oneLine(task);
  return (
    <section class="charts" aria-label="Statecharts">
      <div class="tools">
        <MachineSelect tasks={[...run.tasks.keys()]} task={task} onTask={onTask} />
        <button type="button" onClick={() => stepMachine(store, task, -1)}>
          ◀ Previous step
        </button>
        <button type="button" onClick={() => stepMachine(store, task, 1)}>
          Next step ▶
        </button>
        <ZoomTools zoom={zoom} />
      </div>
      <p class="taken" aria-live="polite">
        <b>{name}</b> is <b data-testid="state">{machine?.state ?? "not started"}</b>
        {last ? <> – last transition: {describeTransition(last)}</> : null}
      </p>
      <Scroller label={`Chart: ${name}`} box={scroller}>
        {placed ? (
          <div class="fitted" style={{ width: `${placed.width * zoom.value}px` }}>
            <ChartDrawing
              chart={placed}
              title={name}
              current={current}
              taken={last ? isSame(last) : undefined}
            />
          </div>
        ) : null}
      </Scroller>
    </section>
  );
}

interface MachineSelectProps {
  readonly tasks: readonly string[];
  readonly task: string | undefined;
  readonly onTask: (task: string | undefined) => void;
}

function MachineSelect({ tasks, task, onTask }: MachineSelectProps) {
  return (
    <label>
      Machine{" "}
      <select value={task ?? ""} onChange={({ currentTarget }) => onTask(currentTarget.value || undefined)}>
        <option value="">orchestrator</option>
        {tasks.map((id) => (
          <option key={id} value={id}>
            {oneLine(id)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Shows the moment after the previous or next line about a task; about any, if no task is given. */
function stepMachine(store: Store, task: string | undefined, direction: 1 | -1): void {
  for (let step = store.count + direction; step > 0 && step <= store.lines.length; step += direction) {
    // The last line of step n is line n - 1.
    if (task !== undefined && store.lines[step - 1]?.task !== task) continue;
    store.goTo(step);
    return;
  }
}

const isSame =
  (last: Transition) =>
  ({ from, to, event, guard }: ChartTransition): boolean =>
    from === last.from && to === last.to && event === last.event && guard === last.guard;

function describeTransition({ from, to, event, guard }: Transition): string {
  const label = guard ? `${event} [${guard}]` : event;
  if (to !== undefined) return `${label}, ${from || "any state"} → ${to}`;
  return `${label}, ${from === "" ? "in any state" : `in ${from}`}`;
}
