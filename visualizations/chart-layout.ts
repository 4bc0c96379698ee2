import type { ELK, ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import type { Chart, ChartState, ChartTransition } from "../machines/chart.ts";

/** Text is drawn in a font of fixed width, so that its size is known without a screen. */
export const font = { size: 12, width: 7.3, line: 16 } as const;
/** Space between the labels of one arrow. */
const labelGap = 6;

export interface StateLine {
  readonly text: string;
  /** Set if the line is a transition that stays in the state. */
  readonly transition?: ChartTransition;
}

/** A state with its position in the chart. */
export interface PlacedState {
  readonly state: ChartState;
  readonly label: string;
  /** Its entry actions, invoked actors, and the transitions that stay in it. */
  readonly lines: readonly StateLine[];
  /** Whether other states lie inside its box. */
  readonly isCompound: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedTransition {
  readonly transition: ChartTransition;
  readonly lines: readonly string[];
  /** The points of its line, first to last. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly labelX: number;
  readonly labelY: number;
}

/** A chart with a position for everything in it, in pixels from the top left corner. */
export interface PlacedChart {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Each compound state before the states inside it. */
  readonly states: readonly PlacedState[];
  readonly transitions: readonly PlacedTransition[];
}

/**
 * Places a chart from top to bottom, the states of a compound state inside its box. The root is a box of its own next
 * to the others: its transitions hold in every state.
 */
export async function placeChart(chart: Chart, elk: ELK): Promise<PlacedChart> {
  const states = chart.states
    .map((state) => ({
      state,
      label: labelOf(state),
      lines: stateLines(chart, state),
      isCompound: state.key !== "" && chart.states.some(({ key }) => parentOf(key) === state.key),
    }))
    .filter(({ state, lines }) => state.key !== "" || lines.length > 0 || hasExit(chart, state));
  const arrows = arrowsOf(chart);
  const placed: ElkNode = await elk.layout({
    id: "",
    layoutOptions: { ...options, "elk.padding": "[top=12,left=12,bottom=12,right=12]" },
    children: nodesIn("", states),
    edges: arrows.map(edgeOf),
  });
  const nodes = new Map(nodesOf(placed).map((node) => [node.id, node]));
  return {
    id: chart.id,
    width: round(placed.width),
    height: round(placed.height),
    states: states.map((state) => ({ ...state, ...boxOf(nodes.get(nodeId(state.state.key))) })),
    transitions: arrows.flatMap((transitions, at) => placedTransitions(transitions, placed.edges?.[at])),
  };
}

const options: Readonly<Record<string, string>> = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "POLYLINE",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.json.shapeCoords": "ROOT",
  "elk.json.edgeCoords": "ROOT",
  "elk.spacing.nodeNode": "36",
  "elk.spacing.edgeLabel": "6",
  "elk.spacing.nodeSelfLoop": "22",
  "elk.layered.spacing.nodeNodeBetweenLayers": "36",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.cycleBreaking.strategy": "BFS_NODE_ORDER",
  "elk.layered.edgeLabels.sideSelection": "ALWAYS_DOWN",
};

type UnplacedState = Omit<PlacedState, "x" | "y" | "width" | "height">;

const nodeId = (key: string): string => `state ${key}`;

/** Returns the nodes of the states directly inside another one; "" stands for the chart. */
function nodesIn(parent: string, states: readonly UnplacedState[]): ElkNode[] {
  return states
    .filter(({ state: { key } }) => parentOf(key) === parent)
    .map(({ state: { key }, label, lines, isCompound }) => {
      const id = nodeId(key);
      const size = sizeOf([label, ...lines.map(({ text }) => text)]);
      if (!isCompound) return { id, ...size };
      const layoutOptions = {
        ...options,
        "elk.padding": `[top=${size.height + 12},left=18,bottom=18,right=18]`,
        "elk.nodeSize.constraints": "MINIMUM_SIZE",
        "elk.nodeSize.minimum": `(${size.width},${size.height})`,
      };
      return { id, layoutOptions, children: nodesIn(key, states) };
    });
}

/** Transitions that share an arrow: those with the same source and target. */
type Arrow = readonly [ChartTransition, ...ChartTransition[]];

function arrowsOf(chart: Chart): Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const transition of chart.transitions) {
    if (transition.to === undefined) continue;
    const ends = `${transition.from} ${transition.to}`;
    const [first, ...more] = arrows.get(ends) ?? [];
    arrows.set(ends, first ? [first, ...more, transition] : [transition]);
  }
  return [...arrows.values()];
}

function edgeOf(arrow: Arrow, at: number): ElkExtendedEdge {
  const [{ from, to = from }] = arrow;
  const lines = arrow.flatMap(transitionLines);
  const height = lines.length * font.line + (arrow.length - 1) * labelGap;
  return {
    id: `arrow ${at}`,
    sources: [nodeId(from)],
    targets: [nodeId(to)],
    labels: [{ text: lines.join(" "), width: widest(lines), height }],
  };
}

const nodesOf = (node: ElkNode): ElkNode[] => [node, ...(node.children ?? []).flatMap(nodesOf)];

/** Returns the key of the state around another one, "" for a state directly in the chart and for the root. */
export const parentOf = (key: string): string => key.slice(0, Math.max(0, key.lastIndexOf(".")));

/** Returns a state's own name: the box around a nested state shows the rest of its key. */
export const labelOf = ({ key }: ChartState): string =>
  key === "" ? "in every state" : key.slice(key.lastIndexOf(".") + 1);

const hasExit = (chart: Chart, { key }: ChartState): boolean =>
  chart.transitions.some(({ from, to }) => from === key && to !== undefined);

/** Words what a state does: entry actions, invoked actors, and the transitions that stay in it. */
export function stateLines(chart: Chart, state: ChartState): StateLine[] {
  const internal = chart.transitions.filter(({ from, to }) => from === state.key && to === undefined);
  return [
    ...state.entry.map((name) => ({ text: `entry / ${name}` })),
    ...state.invokes.map((name) => ({ text: `do / ${name}` })),
    ...internal.map((transition) => ({ text: transitionLines(transition).join(" "), transition })),
  ];
}

/** Words a transition as lines: `event`, `[guard]`, `/ action,`, `action`. */
export function transitionLines({ event, guard, actions, to }: ChartTransition): string[] {
  const isIgnored = to === undefined && actions.length === 0;
  return [
    event,
    ...(guard ? [`[${guard}]`] : []),
    ...actions.map((name, at) => `${at === 0 ? "/ " : ""}${name}${at < actions.length - 1 ? "," : ""}`),
    ...(isIgnored ? ["(ignored)"] : []),
  ];
}

const widest = (lines: readonly string[]): number =>
  Math.ceil(lines.reduce((most, line) => Math.max(most, line.length), 0) * font.width);

/** Returns the size of a box with a heading and the lines below it. */
function sizeOf(lines: readonly string[]): { width: number; height: number } {
  const width = Math.max(110, widest(lines) + 24);
  return { width, height: 34 + (lines.length > 1 ? (lines.length - 1) * font.line + 8 : 0) };
}

const boxOf = ({ x, y, width, height }: Partial<ElkNode> = {}) => ({
  x: round(x),
  y: round(y),
  width: round(width),
  height: round(height),
});

/** Places the transitions of one arrow: all on its line, their labels one below the other. */
function placedTransitions(arrow: Arrow, edge?: ElkExtendedEdge): PlacedTransition[] {
  const points = (edge?.sections ?? [])
    .flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint])
    .map(({ x, y }) => ({ x: round(x), y: round(y) }));
  const { x, y = 0 } = edge?.labels?.[0] ?? {};
  let labelY = y;
  return arrow.map((transition) => {
    const lines = transitionLines(transition);
    const placed = { transition, lines, points, labelX: round(x), labelY: round(labelY) };
    labelY += lines.length * font.line + labelGap;
    return placed;
  });
}

const round = (value = 0): number => Math.round(value * 10) / 10;
