import type { ChartTransition } from "../machines/chart.ts";
import { font, type PlacedChart, type PlacedState, type PlacedTransition } from "./chart-layout.ts";

export interface ChartDrawingProps {
  readonly chart: PlacedChart;
  readonly title: string;
  /** The key of the state that the machine is in. */
  readonly current?: string | undefined;
  /** Whether a transition is the one that was taken last. */
  readonly taken?: ((transition: ChartTransition) => boolean) | undefined;
  /** States and transitions to highlight, as only this mode has them. */
  readonly own?: {
    readonly state: (key: string) => boolean;
    readonly transition: (of: ChartTransition) => boolean;
  };
  /** A style sheet to embed, for a picture without a page around it. */
  readonly css?: string;
}

/** A statechart as SVG, for the files in diagrams/ and for the page. */
export function ChartDrawing({ chart, title, current, taken, own, css }: ChartDrawingProps) {
  const { width, height } = chart;
  const description = current === undefined ? title : `${title}, now in ${current}`;
  const states = (isDrawn: (placed: PlacedState) => boolean) =>
    chart.states
      .filter(isDrawn)
      .map((placed) => (
        <State
          key={placed.state.key}
          placed={placed}
          current={placed.state.key === current}
          active={placed.isCompound && current?.startsWith(`${placed.state.key}.`) === true}
          taken={taken}
          own={own?.state(placed.state.key) === true}
        />
      ));
  // The one that was taken is drawn last, over those with which it shares an arrow.
  const transitions = (isTaken: boolean) =>
    chart.transitions.map((placed, at) =>
      (taken?.(placed.transition) === true) === isTaken ? (
        <Transition
          key={at}
          placed={placed}
          taken={isTaken}
          own={own?.transition(placed.transition) === true}
        />
      ) : null,
    );
  return (
    <svg
      class="chart"
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={description}
      font-size={font.size}
    >
      <title>{description}</title>
      {css ? <style>{css}</style> : null}
      {css ? <rect class="paper" width="100%" height="100%" /> : null}
      <defs>
        <Arrowhead />
      </defs>
      {/* A transition inside a compound state is drawn over its box. */}
      {states(({ isCompound }) => isCompound)}
      {[...transitions(false), ...transitions(true)]}
      {states(({ isCompound }) => !isCompound)}
    </svg>
  );
}

const Arrowhead = () => (
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
);

interface StateProps {
  readonly placed: PlacedState;
  readonly current: boolean;
  /** Whether the current state lies inside it. */
  readonly active: boolean;
  readonly taken: ChartDrawingProps["taken"];
  readonly own: boolean;
}

function State(props: StateProps) {
  const { state, label, lines, isCompound, x, y, width, height } = props.placed;
  const classes = [
    "state",
    state.key === "" && "root",
    isCompound && "compound",
    props.current && "current",
    props.active && "active",
    props.own && "own",
  ];
  return (
    <g
      class={classes.filter(Boolean).join(" ")}
      transform={`translate(${x} ${y})`}
      data-state={state.key || "every"}
    >
      <rect width={width} height={height} rx="8" />
      {state.final ? <rect class="inner" x="3" y="3" width={width - 6} height={height - 6} rx="6" /> : null}
      {state.initial ? <circle class="initial" cx="12" cy="17" r="4" /> : null}
      <text class="label" x={width / 2} y="21" text-anchor="middle">
        {label}
      </text>
      {lines.map(({ text, transition }, at) => (
        <text
          key={at}
          class={transition && props.taken?.(transition) ? "taken" : undefined}
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
  const classes = ["transition", props.taken && "taken", props.own && "own"];
  return (
    <g class={classes.filter(Boolean).join(" ")}>
      <path class="line" d={path} marker-end="url(#arrow)" />
      {lines.map((line, at) => (
        <text key={at} class={at === 0 ? "event" : undefined} x={labelX} y={labelY + 12 + at * font.line}>
          {line}
        </text>
      ))}
    </g>
  );
}
