import type { ELK, ElkNode } from "elkjs/lib/elk-api";
import { font } from "./chart-layout.ts";
import type { FolderGraph } from "./folder-graph.ts";

/** Places folders in rows, each above the folders that it imports. */
export function placeFolders(graph: FolderGraph, elk: ELK): Promise<ElkNode> {
  return elk.layout({
    id: "folders",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "DOWN",
      "elk.edgeRouting": "POLYLINE",
      "elk.padding": "[top=12,left=12,bottom=12,right=12]",
      "elk.spacing.nodeNode": "20",
      "elk.layered.spacing.nodeNodeBetweenLayers": "40",
    },
    children: [...graph.keys()].map((id) => ({ id, width: id.length * font.width + 24, height: 30 })),
    edges: [...graph].flatMap(([from, targets]) =>
      [...targets].sort().map((to) => ({ id: `${from} ${to}`, sources: [from], targets: [to] })),
    ),
  });
}

/** Draws folders and their imports as SVG, in the colours of the charts. */
export function FolderDrawing({ placed, title, css }: { placed: ElkNode; title: string; css: string }) {
  const { width = 0, height = 0, children = [], edges = [] } = placed;
  return (
    <svg
      class="chart"
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${round(width)} ${round(height)}`}
      width={round(width)}
      height={round(height)}
      role="img"
      aria-label={title}
      font-size={font.size}
    >
      <title>{title}</title>
      <style>{css}</style>
      <rect class="paper" width="100%" height="100%" />
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
          <path class="head" d="M0 0L8 4L0 8z" />
        </marker>
      </defs>
      {edges.map(({ id, sections: [section] = [] }) => (
        <path key={id} class="line" d={section ? pathOf(section) : ""} marker-end="url(#arrow)" />
      ))}
      {children.map(({ id, x = 0, y = 0, width = 0, height = 0 }) => (
        <g key={id} class="state" transform={`translate(${round(x)} ${round(y)})`}>
          <rect width={round(width)} height={height} rx="6" />
          <text class="label" x={round(width / 2)} y="19" text-anchor="middle">
            {id}
          </text>
        </g>
      ))}
    </svg>
  );
}

type Section = NonNullable<NonNullable<ElkNode["edges"]>[number]["sections"]>[number];

const pathOf = ({ startPoint, bendPoints = [], endPoint }: Section): string =>
  [startPoint, ...bendPoints, endPoint]
    .map(({ x, y }, at) => `${at === 0 ? "M" : "L"}${round(x)} ${round(y)}`)
    .join("");

const round = (value: number): number => Math.round(value * 10) / 10;
