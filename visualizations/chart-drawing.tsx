import type { ChartTransition } from "../machines/chart.ts";
import { font, type PlacedChart, type PlacedState, type PlacedTransition } from "./chart-layout.ts";

export interface ChartDrawingProps {
  readonly chart: PlacedChart;
  readonly title: string;
  /** The key of the state that the machine is in. */
  readonly current?: string | undefined;
  /** The transition that was taken last. */
  readonly taken?: ((transition: ChartTransition) => boolean) | undefined;
  /** States and transitions that are set off, by an own class. */
  readonly own?: {
    readonly state: (key: string) => boolean;
    readonly transition: (of: ChartTransition) => boolean;
  };
  /** A style sheet, for a picture that stands alone. */
  readonly css?: string;
}

/** A statechart as SVG: the same drawing for the files in diagrams/ and for the page. */
export function ChartDrawing({ chart, title, current, taken, own, css }: ChartDrawingProps) {
  const { width, height } = chart;
  const described = current === undefined ? title : `${title}, now in ${current}`;
  return (
    <svg
      class="chart"
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={described}
      font-size={font.size}
    >
      <title>{described}</title>
      {css ? <style>{css}</style> : null}
      {css ? <rect class="paper" width="100%" height="100%" /> : null}
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerUnits="userSpaceOnUse"
          markerWidth="11"
          markerHeight="11"
          orient="auto"
        >
          <path class="head" d="M0 0L8 4L0 8z" />
        </marker>
      </defs>
      {chart.transitions.map((placed, at) => (
        <Transition
          key={at}
          placed={placed}
          taken={taken?.(placed.transition) === true}
          own={own?.transition(placed.transition) === true}
        />
      ))}
      {chart.states.map((placed) => (
        <State
          key={placed.state.key}
          placed={placed}
          current={placed.state.key === current}
          taken={taken}
          own={own?.state(placed.state.key) === true}
        />
      ))}
    </svg>
  );
}

interface StateProps {
  readonly placed: PlacedState;
  readonly current: boolean;
  readonly taken: ChartDrawingProps["taken"];
  readonly own: boolean;
}

function State(props: StateProps) {
  const { state, label, lines, x, y, width, height } = props.placed;
  const kind = state.key === "" ? "root" : state.final ? "final" : "";
  const words = ["state", kind, props.current && "current", props.own && "own"].filter(Boolean).join(" ");
  return (
    <g class={words} transform={`translate(${x} ${y})`} data-state={state.key || "every"}>
      <rect width={width} height={height} rx="8" />
      {state.final ? <rect class="inner" x="3" y="3" width={width - 6} height={height - 6} rx="6" /> : null}
      {state.initial ? <circle class="initial" cx="12" cy="17" r="4" /> : null}
      <text class="label" x={width / 2} y="21" text-anchor="middle">
        {label}
      </text>
      {lines.map(({ text, stays }, at) => (
        <text
          key={at}
          class={stays && props.taken?.(stays) ? "taken" : undefined}
          x="12"
          y={42 + at * font.line}
        >
          {text}
        </text>
      ))}
    </g>
  );
}

function Transition(props: { placed: PlacedTransition; taken: boolean; own: boolean }) {
  const { points, lines, labelX, labelY } = props.placed;
  const path = points.map(({ x, y }, at) => `${at === 0 ? "M" : "L"}${x} ${y}`).join("");
  const words = ["transition", props.taken && "taken", props.own && "own"].filter(Boolean).join(" ");
  return (
    <g class={words}>
      <path class="line" d={path} marker-end="url(#arrow)" />
      {lines.map((line, at) => (
        <text key={at} class={at === 0 ? "event" : undefined} x={labelX} y={labelY + 12 + at * font.line}>
          {line}
        </text>
      ))}
    </g>
  );
}
