import type { ELK, ElkEdgeSection, ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import { modeConfigs } from "../../machines/modes/modes.ts";
import type { RunGraph } from "../../schemas/event.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A run's graph with a position for everything in it. Lines are SVG paths. */
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

/** Many arrows as two paths: an SVG marker would be drawn only at the end of the last line. */
interface Arrows {
  readonly line: string;
  readonly heads: string;
}

const taskSize = { width: 184, height: 46 };

/** Places tasks from left to right, each stage in a box. In a mode that ignores order, a stage's tasks are packed. */
export async function placePlan(graph: RunGraph, elk: ELK): Promise<PlacedPlan> {
  const stages = [...new Set(graph.tasks.map(({ stage }) => stage))];
  const isOrdered = modeConfigs[graph.mode].usesDependencies;
  const numberOf = new Map(graph.tasks.map(({ id }, at) => [id, at]));
  const edges = isOrdered ? [...dependencyEdges(graph, numberOf), ...barrierEdges(graph, stages)] : [];
  const placed = await elk.layout(elkGraph(graph, stages, edges, isOrdered));
  const stageNodes = placed.children ?? [];
  const taskNodes = stageNodes.flatMap(({ children = [] }) => children);
  const tasks = new Map(
    taskNodes.map((node) => [graph.tasks[Number(node.id.slice(1))]?.id ?? "", boxOf(node)]),
  );
  const longest = new Set(
    graph.critical_path.map((id, at) => edgeId(numberOf, graph.critical_path[at - 1], id)),
  );
  const arrows = (isIncluded: (id: string) => boolean): Arrows => {
    const placedEdges: readonly ElkExtendedEdge[] = placed.edges ?? [];
    const sections = placedEdges.flatMap(({ id, sections = [] }) => (isIncluded(id) ? sections : []));
    return { line: sections.map(pathOf).join(""), heads: sections.map(headOf).join("") };
  };
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    stages: stageNodes.map((node, at) => ({ ...boxOf(node), name: stages[at] ?? "" })),
    tasks,
    depends: arrows((id) => !id.startsWith("b") && !longest.has(id)),
    longest: arrows((id) => longest.has(id)),
    barriers: arrows((id) => id.startsWith("b")),
    conflicts: graph.conflicts.map((conflict) => conflictPath(conflict.tasks, tasks)).join(""),
  };
}

interface Edge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

const edgeId = (numberOf: ReadonlyMap<string, number>, from = "", to = ""): string =>
  `${numberOf.get(from)}>${numberOf.get(to)}`;

const dependencyEdges = (graph: RunGraph, numberOf: ReadonlyMap<string, number>): Edge[] =>
  graph.tasks.flatMap(({ id, depends }) =>
    depends
      .filter((dependency) => numberOf.has(dependency))
      .map((dependency) => ({
        id: edgeId(numberOf, dependency, id),
        from: `t${numberOf.get(dependency)}`,
        to: `t${numberOf.get(id)}`,
      })),
  );

/** Edges from each stage to the next, if a task of the next waits for the whole stage. */
const barrierEdges = (graph: RunGraph, stages: readonly string[]): Edge[] =>
  stages.flatMap((stage, at) => {
    const waits = graph.tasks.some(
      (one) =>
        one.stage === stage &&
        (graph.stage_barriers === "strict" || (one.depends.length === 0 && !one.waits_for_nothing)),
    );
    return at > 0 && waits ? [{ id: `b${at}`, from: `s${at - 1}`, to: `s${at}` }] : [];
  });

function elkGraph(
  graph: RunGraph,
  stages: readonly string[],
  edges: readonly Edge[],
  isOrdered: boolean,
): ElkNode {
  const padding = "[top=34,left=14,bottom=14,right=14]";
  const inside: Record<string, string> = isOrdered
    ? { "elk.padding": padding }
    : { "elk.padding": padding, "elk.algorithm": "rectpacking", "elk.spacing.nodeNode": "14" };
  const members = new Map<string, ElkNode[]>(stages.map((stage) => [stage, []]));
  graph.tasks.forEach(({ stage }, at) => {
    members.get(stage)?.push({ id: `t${at}`, ...taskSize });
  });
  return {
    id: "plan",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      ...(isOrdered ? { "elk.hierarchyHandling": "INCLUDE_CHILDREN" } : {}),
      "elk.json.edgeCoords": "ROOT",
      "elk.json.shapeCoords": "ROOT",
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

const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }: ElkNode): Box => ({ x, y, width, height });

function pathOf({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection): string {
  const points = [...bendPoints, endPoint].map(({ x, y }) => `L${round(x)} ${round(y)}`);
  return `M${round(startPoint.x)} ${round(startPoint.y)}${points.join("")}`;
}

/** Returns a triangle at the end of a line, in the direction of its last segment. */
function headOf({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection): string {
  const { x, y } = endPoint;
  const before = bendPoints.at(-1) ?? startPoint;
  const length = Math.hypot(x - before.x, y - before.y) || 1;
  const [right, down] = [(x - before.x) / length, (y - before.y) / length];
  const corner = (side: number) =>
    `${round(x - 9 * right - 4.5 * side * down)} ${round(y - 9 * down + 4.5 * side * right)}`;
  return `M${round(x)} ${round(y)}L${corner(1)}L${corner(-1)}z`;
}

/** Returns curves that join the right sides of tasks that share a file, each to the next. */
function conflictPath(tasks: readonly string[], boxes: ReadonlyMap<string, Box>): string {
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
