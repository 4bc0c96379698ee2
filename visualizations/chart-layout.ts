import type { ELK, ElkEdgeSection, ElkNode } from "elkjs/lib/elk-api";
import type { Chart, ChartState, ChartTransition } from "../machines/chart.ts";

/** Text is drawn in a font of fixed width, so that its size is known without a screen. */
export const font = { size: 12, width: 7.3, line: 16 } as const;

export interface StateLine {
  readonly text: string;
  /** There for an event that it takes without leaving. */
  readonly stays?: ChartTransition;
}

export interface PlacedState {
  readonly state: ChartState;
  readonly label: string;
  /** What it does, a line each: entry actions, invoked actors, events that it takes without leaving. */
  readonly lines: readonly StateLine[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedTransition {
  readonly transition: ChartTransition;
  readonly lines: readonly string[];
  /** Points of the line, first to last. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly labelX: number;
  readonly labelY: number;
}

export interface PlacedChart {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly states: readonly PlacedState[];
  readonly transitions: readonly PlacedTransition[];
}

/** Places a chart from top to bottom. The root is drawn as a state of its own: what it does holds in every state. */
export async function placeChart(chart: Chart, elk: ELK): Promise<PlacedChart> {
  const drawn = chart.states.map((state) => ({
    state,
    label: labelOf(state),
    lines: stateLines(chart, state),
  }));
  const shown = drawn.filter(
    ({ state, lines }) => state.key !== "" || lines.length > 0 || leaves(chart, state),
  );
  const moves = chart.transitions.filter(({ to }) => to !== undefined);
  const graph: ElkNode = {
    id: "chart",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "DOWN",
      "elk.edgeRouting": "POLYLINE",
      "elk.padding": "[top=12,left=12,bottom=12,right=12]",
      "elk.spacing.nodeNode": "36",
      "elk.spacing.edgeLabel": "6",
      "elk.spacing.nodeSelfLoop": "22",
      "elk.layered.spacing.nodeNodeBetweenLayers": "36",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      "elk.layered.edgeLabels.sideSelection": "ALWAYS_DOWN",
    },
    children: shown.map(({ state, label, lines }) => ({
      id: `s:${state.key}`,
      ...boxOf([label, ...lines.map(({ text }) => text)]),
    })),
    edges: moves.map((move, at) => {
      const lines = transitionLines(move);
      return {
        id: `t:${at}`,
        sources: [`s:${move.from}`],
        targets: [`s:${move.to}`],
        labels: [{ text: lines.join(" "), width: widest(lines), height: lines.length * font.line }],
      };
    }),
  };
  const placed: ElkNode = await elk.layout(graph);
  return {
    id: chart.id,
    width: round(placed.width),
    height: round(placed.height),
    states: shown.map((state) => ({ ...state, ...place(placed, `s:${state.state.key}`) })),
    transitions: moves.map((transition, at) => placedTransition(transition, placed.edges?.[at])),
  };
}

const labelOf = ({ key }: ChartState): string => (key === "" ? "in every state" : key);
const leaves = (chart: Chart, { key }: ChartState): boolean =>
  chart.transitions.some(({ from, to }) => from === key && to !== undefined);

function stateLines(chart: Chart, state: ChartState): StateLine[] {
  const stays = chart.transitions.filter(({ from, to }) => from === state.key && to === undefined);
  return [
    ...state.entry.map((name) => ({ text: `entry / ${name}` })),
    ...state.invokes.map((name) => ({ text: `do / ${name}` })),
    ...stays.map((move) => ({ text: transitionLines(move).join(" "), stays: move })),
  ];
}

/** `event`, `[guard]`, `/ actions`. */
export function transitionLines({ event, guard, actions, to }: ChartTransition): string[] {
  const nothing = to === undefined && actions.length === 0;
  return [
    event,
    ...(guard ? [`[${guard}]`] : []),
    ...(actions.length > 0 ? [`/ ${actions.join(", ")}`] : []),
    ...(nothing ? ["/ nothing"] : []),
  ];
}

const widest = (lines: readonly string[]): number =>
  Math.ceil(Math.max(...lines.map((line) => line.length)) * font.width);

/** The size of a box with a heading and the lines under it. */
function boxOf(lines: readonly string[]): { width: number; height: number } {
  const width = Math.max(110, widest(lines) + 24);
  return { width, height: 34 + (lines.length > 1 ? (lines.length - 1) * font.line + 8 : 0) };
}

function place(placed: ElkNode, id: string) {
  const { x = 0, y = 0, width = 0, height = 0 } = placed.children?.find((child) => child.id === id) ?? {};
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

function placedTransition(
  transition: ChartTransition,
  edge: NonNullable<ElkNode["edges"]>[number] | undefined,
): PlacedTransition {
  const points = (edge?.sections ?? []).flatMap(
    ({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection) => [startPoint, ...bendPoints, endPoint],
  );
  const { x = 0, y = 0 } = edge?.labels?.[0] ?? {};
  return {
    transition,
    lines: transitionLines(transition),
    points: points.map((point) => ({ x: round(point.x), y: round(point.y) })),
    labelX: round(x),
    labelY: round(y),
  };
}

const round = (value = 0): number => Math.round(value * 10) / 10;
