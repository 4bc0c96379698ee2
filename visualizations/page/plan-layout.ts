import type { ELK, ElkEdgeSection, ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import { modeConfigs } from "../../machines/modes/modes.ts";
import type { RunGraph } from "../../schemas/event.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A run's graph with a place for everything in it. Lines are paths in the language of SVG. */
export interface PlacedPlan {
  readonly width: number;
  readonly height: number;
  readonly stages: readonly (Box & { readonly name: string })[];
  readonly tasks: ReadonlyMap<string, Box>;
  readonly depends: Arrows;
  readonly barriers: Arrows;
  readonly longest: Arrows;
  readonly conflicts: string;
}

/** Many arrows as two paths: a marker would stand at the end of the last one alone. */
interface Arrows {
  readonly line: string;
  readonly heads: string;
}

const task = { width: 184, height: 46 };

/** Places tasks from left to right, each stage in a box. Without any order, the tasks of a stage are packed. */
export async function placePlan(graph: RunGraph, elk: ELK): Promise<PlacedPlan> {
  const stages = [...new Set(graph.tasks.map(({ stage }) => stage))];
  const ordered = modeConfigs[graph.mode].usesDependencies;
  const numberOf = new Map(graph.tasks.map(({ id }, at) => [id, at]));
  const edges = ordered ? [...namedEdges(graph, numberOf), ...barrierEdges(graph, stages)] : [];
  const placed = await elk.layout(elkGraph(graph, stages, edges, ordered));
  const boxes = new Map<string, Box>();
  const stageBoxes = (placed.children ?? []).map((stage, at) => {
    const box = boxAt(stage, 0, 0);
    for (const child of stage.children ?? []) {
      boxes.set(graph.tasks[Number(child.id.slice(1))]?.id ?? "", boxAt(child, box.x, box.y));
    }
    return { ...box, name: stages[at] ?? "" };
  });
  const longest = new Set(
    graph.critical_path.map(
      (id, at) => `${numberOf.get(graph.critical_path[at - 1] ?? "")}>${numberOf.get(id)}`,
    ),
  );
  const drawn = (placed.edges ?? []) as ElkExtendedEdge[];
  const pathsOf = (keep: (id: string) => boolean): Arrows => {
    const sections = drawn.flatMap(({ id, sections = [] }) => (keep(id) ? sections : []));
    return { line: sections.map(pathOf).join(""), heads: sections.map(headOf).join("") };
  };
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    stages: stageBoxes,
    tasks: boxes,
    depends: pathsOf((id) => !id.startsWith("b") && !longest.has(id)),
    longest: pathsOf((id) => longest.has(id)),
    barriers: pathsOf((id) => id.startsWith("b")),
    conflicts: graph.conflicts.map(({ tasks }) => chainOf(tasks, boxes)).join(""),
  };
}

interface Edge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

const namedEdges = (graph: RunGraph, numberOf: ReadonlyMap<string, number>): Edge[] =>
  graph.tasks.flatMap(({ depends }, to) =>
    depends.flatMap((id) => {
      const from = numberOf.get(id);
      return from === undefined ? [] : [{ id: `${from}>${to}`, from: `t${from}`, to: `t${to}` }];
    }),
  );

/** From each stage to the next, where a task of that one waits for the whole stage before it. */
const barrierEdges = (graph: RunGraph, stages: readonly string[]): Edge[] =>
  stages.flatMap((stage, at) => {
    const waits = graph.tasks.some(
      (one) => one.stage === stage && (graph.stage_barriers === "strict" || one.depends.length === 0),
    );
    return at > 0 && waits ? [{ id: `b${at}`, from: `s${at - 1}`, to: `s${at}` }] : [];
  });

function elkGraph(
  graph: RunGraph,
  stages: readonly string[],
  edges: readonly Edge[],
  ordered: boolean,
): ElkNode {
  const padding = "[top=34,left=14,bottom=14,right=14]";
  const inside: Record<string, string> = ordered
    ? { "elk.padding": padding }
    : { "elk.padding": padding, "elk.algorithm": "rectpacking", "elk.spacing.nodeNode": "14" };
  const members = new Map<string, ElkNode[]>(stages.map((stage) => [stage, []]));
  graph.tasks.forEach(({ stage }, at) => {
    members.get(stage)?.push({ id: `t${at}`, ...task });
  });
  return {
    id: "plan",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      ...(ordered ? { "elk.hierarchyHandling": "INCLUDE_CHILDREN" } : {}),
      "elk.json.edgeCoords": "ROOT",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      "elk.spacing.nodeNode": "14",
      "elk.layered.spacing.nodeNodeBetweenLayers": "44",
      "elk.layered.spacing.edgeNodeBetweenLayers": "14",
      "elk.padding": "[top=16,left=16,bottom=16,right=16]",
    },
    children: stages.map((stage, at) => ({
      id: `s${at}`,
      layoutOptions: inside,
      children: members.get(stage) ?? [],
    })),
    edges: edges.map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
  };
}

const boxAt = ({ x = 0, y = 0, width = 0, height = 0 }: ElkNode, left: number, top: number): Box => ({
  x: left + x,
  y: top + y,
  width,
  height,
});

function pathOf({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection): string {
  const points = [...bendPoints, endPoint].map(({ x, y }) => `L${round(x)} ${round(y)}`);
  return `M${round(startPoint.x)} ${round(startPoint.y)}${points.join("")}`;
}

/** A triangle at the end of a line, in the direction of its last part. */
function headOf({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection): string {
  const { x, y } = endPoint;
  const before = bendPoints.at(-1) ?? startPoint;
  const length = Math.hypot(x - before.x, y - before.y) || 1;
  const [right, down] = [(x - before.x) / length, (y - before.y) / length];
  const corner = (side: number) =>
    `${round(x - 9 * right - 4.5 * side * down)} ${round(y - 9 * down + 4.5 * side * right)}`;
  return `M${round(x)} ${round(y)}L${corner(1)}L${corner(-1)}z`;
}

/** A line from each task that shares a file to the next of them, from right side to right side. */
function chainOf(tasks: readonly string[], boxes: ReadonlyMap<string, Box>): string {
  return tasks
    .map((id, at) => {
      const [from, to] = [boxes.get(tasks[at - 1] ?? ""), boxes.get(id)];
      if (!from || !to) return "";
      const [start, end] = [side(from), side(to)];
      const bulge = round(Math.max(from.x + from.width, to.x + to.width) + 30);
      return `M${start}C${bulge} ${start.split(" ")[1]} ${bulge} ${end.split(" ")[1]} ${end}`;
    })
    .join("");
}

const side = ({ x, y, width, height }: Box): string => `${round(x + width)} ${round(y + height * 0.7)}`;

const round = (value: number): number => Math.round(value * 10) / 10;
