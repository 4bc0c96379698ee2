import { memo } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import type { RunGraph } from "../../schemas/event.ts";
import type { RunState } from "../../src/history/run-state.ts";
import { elk } from "./elk.ts";
import { type Box, type PlacedPlan, placePlan } from "./plan-layout.ts";
import { Scroller } from "./scroller.tsx";
import { type Look, lookOf, oneLine, signs } from "./text.ts";
import { useZoom, ZoomTools } from "./zoom.tsx";

interface GraphViewProps {
  readonly graph: RunGraph;
  readonly view: RunState;
  readonly selected: string | undefined;
  readonly onSelect: (task: string) => void;
}

/** The graph of tasks by stage. It scrolls and zooms; arrow keys go from task to task. */
export function GraphView({ graph, view, selected, onSelect }: GraphViewProps) {
  const plan = usePlaced(graph);
  const scroller = useRef<HTMLElement>(null);
  const zoom = useZoom(scroller, plan, "all");
  const [focused, setFocus] = useState(selected);
  // One of them is always reachable by keyboard, also where the graph is another one by now.
  const focus = graph.tasks.some(({ id }) => id === focused) ? focused : graph.tasks[0]?.id;
  const nodeOf = (id: string) =>
    scroller.current?.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"]`);
  useEffect(() => {
    // Its panel takes a part of the room: it may have come to lie behind that.
    if (selected !== undefined) nodeOf(selected)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [selected, plan]);
  const walk = (event: KeyboardEvent) => {
    const next = plan && neighbour(plan.tasks, focus ?? "", event.key);
    if (next === undefined) return;
    event.preventDefault();
    setFocus(next);
    nodeOf(next)?.focus();
  };
  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom.by(event.deltaY < 0 ? 1.1 : 1 / 1.1);
  };
  const shared = new Map<string, string[]>();
  for (const { file, tasks } of graph.conflicts) {
    for (const task of tasks) shared.set(task, [...(shared.get(task) ?? []), file]);
  }
  const longest = new Set(graph.critical_path);
  return (
    <section class="graph" aria-label="Graph of tasks">
      <div class="tools">
        <ZoomTools zoom={zoom} />
        <ul class="legend" aria-label="What the lines mean">
          <li class="key-longest">longest chain ({graph.critical_path.length})</li>
          <li class="key-depends">depends</li>
          {plan?.barriers.line ? <li class="key-barrier">stage barrier</li> : null}
          {graph.conflicts.length > 0 ? <li class="key-conflict">shares a file</li> : null}
        </ul>
      </div>
      <Scroller label="Tasks" box={scroller} onWheel={wheel}>
        {plan ? (
          <div
            class="sized"
            style={{ width: `${plan.width * zoom.value}px`, height: `${plan.height * zoom.value}px` }}
          >
            {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons in it are what has the focus. */}
            <div class="scaled" style={{ transform: `scale(${zoom.value})` }} onKeyDown={walk}>
              <Lines plan={plan} />
              {graph.tasks.map(({ id, title }) => {
                const task = view.tasks.get(id);
                const box = plan.tasks.get(id);
                return box ? (
                  <TaskNode
                    key={id}
                    id={id}
                    title={title}
                    box={box}
                    look={task ? lookOf(task) : "pending"}
                    attempts={task?.attempts.length ?? 0}
                    longest={longest.has(id)}
                    files={shared.get(id)?.join(", ")}
                    selected={id === selected}
                    reachable={id === focus}
                    onSelect={onSelect}
                    onFocus={setFocus}
                  />
                ) : null;
              })}
            </div>
          </div>
        ) : (
          <p class="quiet">Laying out {graph.tasks.length} tasks…</p>
        )}
      </Scroller>
    </section>
  );
}

/** Each graph is laid out once: a run that was resumed with another manifest has several. */
const placed = new WeakMap<RunGraph, Promise<PlacedPlan>>();

/** The graph's places; until they are there, those of the graph that was looked at before. */
function usePlaced(graph: RunGraph): PlacedPlan | undefined {
  const [plan, setPlan] = useState<PlacedPlan>();
  useEffect(() => {
    let current = true;
    const one = placed.get(graph) ?? placePlan(graph, elk());
    placed.set(graph, one);
    void one.then((result) => current && setPlan(result));
    return () => {
      current = false;
    };
  }, [graph]);
  return plan;
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
  const said = [
    look,
    attempts > 1 ? `attempt ${attempts}` : "",
    longest ? "on the longest chain" : "",
    files ? `shares ${oneLine(files)}` : "",
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
      <span class="unseen">{said.filter(Boolean).join(", ")}</span>
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

/** The nearest task in the direction of an arrow key; what lies aside counts double. */
function neighbour(boxes: ReadonlyMap<string, Box>, from: string, key: string): string | undefined {
  const direction = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
  const start = boxes.get(from);
  if (!direction || !start) return undefined;
  const [right = 0, down = 0] = direction;
  let best: { readonly id: string; readonly cost: number } | undefined;
  for (const [id, { x, y }] of boxes) {
    const [dx, dy] = [x - start.x, y - start.y];
    const ahead = dx * right + dy * down;
    if (ahead <= 1) continue;
    const cost = ahead + 2 * Math.abs(dx * down + dy * right);
    if (!best || cost < best.cost) best = { id, cost };
  }
  return best?.id;
}
