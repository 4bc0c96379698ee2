import { memo } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import type { RunGraph } from "../../schemas/event.ts";
import type { RunState } from "../../src/history/run-state.ts";
import { counted } from "../../src/text/measures.ts";
import { useLayout } from "./elk.ts";
import { type Box, type PlacedPlan, placePlan } from "./plan-layout.ts";
import { Scroller } from "./scroller.tsx";
import { type Look, lookOf, oneLine, signs } from "./text.ts";
import { useZoom, ZoomTools } from "./zoom.tsx";

interface GraphViewProps {
  readonly graph: RunGraph;
  readonly run: RunState;
  readonly selected: string | undefined;
  readonly onSelect: (task: string) => void;
}

/** The graph of tasks by stage. It scrolls and zooms; arrow keys move from task to task. */
export function GraphView({ graph, run, selected, onSelect }: GraphViewProps) {
  // While a resumed run's new graph is laid out, the one before it stays.
  const plan = useLayout(graph, placePlan)?.placed;
  const scroller = useRef<HTMLElement>(null);
  const zoom = useZoom(scroller, plan, "all");
  useEffect(() => {
    // The panel takes room and may cover its task.
    if (selected !== undefined) {
      nodeOf(scroller.current, selected)?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }, [selected, plan, zoom.value]);
  const zoomByWheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom.by(event.deltaY < 0 ? 1.1 : 1 / 1.1);
  };
  return (
    <section class="graph" aria-label="Task graph">
      <div class="tools">
        <ZoomTools zoom={zoom} />
        <ul class="legend" aria-label="Legend">
          <li class="key-longest">longest chain ({counted(graph.critical_path.length, "task")})</li>
          <li class="key-depends">dependency</li>
          {plan?.barriers.line ? <li class="key-barrier">stage barrier</li> : null}
          {graph.conflicts.length > 0 ? <li class="key-conflict">shared file</li> : null}
        </ul>
      </div>
      <Scroller label="Tasks" box={scroller} onWheel={zoomByWheel}>
        {plan ? (
          <div
            class="sized"
            style={{ width: `${plan.width * zoom.value}px`, height: `${plan.height * zoom.value}px` }}
          >
            <div class="scaled" style={{ transform: `scale(${zoom.value})` }}>
              <Lines plan={plan} />
              <TaskNodes
                graph={graph}
                plan={plan}
                run={run}
                selected={selected}
                onSelect={onSelect}
                onMove={(id) => nodeOf(scroller.current, id)?.focus()}
              />
            </div>
          </div>
        ) : (
          <p class="quiet">Laying out {counted(graph.tasks.length, "task")}…</p>
        )}
      </Scroller>
    </section>
  );
}

const nodeOf = (box: HTMLElement | null, task: string) =>
  box?.querySelector<HTMLElement>(`[data-task="${CSS.escape(task)}"]`);

interface TaskNodesProps extends GraphViewProps {
  readonly plan: PlacedPlan;
  /** Moves the focus to a task. */
  readonly onMove: (task: string) => void;
}

/** The tasks of the graph. Tab reaches one of them, arrow keys the others. */
function TaskNodes({ graph, plan, run, selected, onSelect, onMove }: TaskNodesProps) {
  const [focused, setFocused] = useState(selected);
  // After a resume the focused task may be gone.
  const reachable = graph.tasks.some(({ id }) => id === focused) ? focused : graph.tasks[0]?.id;
  const moveByKey = (event: KeyboardEvent) => {
    const next = nextInDirection(plan.tasks, reachable ?? "", event.key);
    if (next === undefined) return;
    event.preventDefault();
    setFocused(next);
    onMove(next);
  };
  const sharedFiles = new Map<string, string[]>();
  for (const { file, tasks } of graph.conflicts) {
    for (const task of tasks) sharedFiles.set(task, [...(sharedFiles.get(task) ?? []), file]);
  }
  const longest = new Set(graph.critical_path);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons in it have the focus.
    <div onKeyDown={moveByKey}>
      {graph.tasks.map(({ id, title }) => {
        const task = run.tasks.get(id);
        const box = plan.tasks.get(id);
        const look = task ? lookOf(task) : "pending";
        return box ? (
          <TaskNode
            key={id}
            id={id}
            title={title}
            box={box}
            look={look}
            attempts={task?.attempts.length ?? 0}
            longest={longest.has(id)}
            files={sharedFiles.get(id)?.join(", ")}
            selected={id === selected}
            reachable={id === reachable}
            onSelect={onSelect}
            onFocus={setFocused}
          />
        ) : null;
      })}
    </div>
  );
}

const Lines = memo(({ plan }: { readonly plan: PlacedPlan }) => (
  <>
    {plan.stages.map(({ name, x, y, width, height }) => (
      <div
        key={name}
        class="stage"
        style={{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` }}
      >
        <span title={oneLine(name)}>{oneLine(name)}</span>
      </div>
    ))}
    <svg class="lines" width={plan.width} height={plan.height} aria-hidden="true">
      {(["barriers", "depends", "longest"] as const).map((kind) => (
        <g key={kind} class={kind}>
          <path d={plan[kind].line} />
          <path class="heads" d={plan[kind].heads} />
        </g>
      ))}
      <path class="conflict" d={plan.conflicts} />
    </svg>
  </>
));

interface TaskNodeProps {
  readonly id: string;
  readonly title: string;
  readonly box: Box;
  readonly look: Look;
  readonly attempts: number;
  readonly longest: boolean;
  readonly files: string | undefined;
  readonly selected: boolean;
  readonly reachable: boolean;
  readonly onSelect: (task: string) => void;
  readonly onFocus: (task: string) => void;
}

const TaskNode = memo((props: TaskNodeProps) => {
  const { id, title, box, look, attempts, longest, files, selected, reachable } = props;
  const description = [
    look,
    attempts > 1 ? `attempt ${attempts}` : "",
    longest ? "on the longest chain" : "",
    files ? `shared files: ${oneLine(files)}` : "",
  ];
  return (
    <button
      type="button"
      class={`task look-${look}${longest ? " longest" : ""}`}
      style={{ left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px`, height: `${box.height}px` }}
      data-task={id}
      data-look={look}
      aria-pressed={selected}
      title={title === id ? undefined : oneLine(title)}
      tabIndex={reachable ? 0 : -1}
      onClick={() => props.onSelect(id)}
      onFocus={() => props.onFocus(id)}
    >
      <span class="sign" aria-hidden="true">
        {signs[look]}
      </span>
      <b>{oneLine(id)}</b>
      <span class="title">{title === id ? "" : oneLine(title)}</span>
      <span class="visually-hidden">{description.filter(Boolean).join(", ")}</span>
      {attempts > 1 ? (
        <span class="badge" aria-hidden="true">
          ×{attempts}
        </span>
      ) : null}
      {files ? (
        <span class="badge file" aria-hidden="true">
          ⇄
        </span>
      ) : null}
    </button>
  );
});

/** Returns the nearest task in the direction of an arrow key; sideways distance counts double. */
function nextInDirection(boxes: ReadonlyMap<string, Box>, from: string, key: string): string | undefined {
  const direction = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
  const start = boxes.get(from);
  if (!direction || !start) return undefined;
  const [right = 0, down = 0] = direction;
  let best: { readonly id: string; readonly distance: number } | undefined;
  for (const [id, { x, y }] of boxes) {
    const [dx, dy] = [x - start.x, y - start.y];
    const ahead = dx * right + dy * down;
    if (ahead <= 1) continue;
    const distance = ahead + 2 * Math.abs(dx * down + dy * right);
    if (!best || distance < best.distance) best = { id, distance };
  }
  return best?.id;
}
