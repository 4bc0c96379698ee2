import type { Plan } from "../../../schemas/plan.ts";
import { readAsciiGraph } from "./ascii-graphs.ts";
import { isMermaid, readMermaidGraph } from "./mermaid.ts";
import type { References } from "./references.ts";
import type { Pair } from "./sequences.ts";
import type { StatedOrder } from "./stated-order.ts";

/** Reads the graphs among the code blocks outside of tasks: Mermaid's, and those drawn with characters. */
export function readGraphs({ code }: Plan, references: References): StatedOrder {
  const mermaid = code.filter(isMermaid).map((block) => readMermaidGraph(block, references));
  const ascii = code.flatMap((block) => (isMermaid(block) ? [] : (readAsciiGraph(block, references) ?? [])));
  const graphs = [...mermaid, ...ascii];
  const pairs = graphs.flatMap((graph) => graph.pairs);
  return {
    dependencies: pairs.map(([from, to]) => ({ from, to, detail: "drawn in the plan's graph" })),
    settled: pairs.map(([, to]) => to),
    placed: [...mermaid.flatMap(({ drawn }) => [...drawn]), ...connectedToFirst(pairs)],
    drawn: graphs.flatMap(({ drawn }) => [...drawn]),
  };
}

/** Tasks connected to the first one. A separate part of a graph may be one whose lines could not be read. */
function connectedToFirst(pairs: readonly Pair[]): Set<number> {
  const connected = new Set([0]);
  for (const task of connected)
    for (const pair of pairs) if (pair.includes(task)) for (const end of pair) connected.add(end);
  return connected;
}
