import type { Overview } from "../overview.ts";
import { printable } from "../printable.ts";

interface Drawing {
  readonly stages: readonly { readonly name: string; readonly tasks: readonly number[] }[];
  /** From, to: what a task names, and for one that names nothing the last tasks of the stage before. */
  readonly edges: readonly { readonly from: number; readonly to: number; readonly named: boolean }[];
  readonly critical: ReadonlySet<number>;
}

/** Task ids never reach the drawing language as names: nodes are numbered, and texts are escaped. */
function drawing({ tasks, critical_path }: Overview): Drawing {
  const numberOf = new Map(tasks.map(({ id }, at) => [id, at]));
  const names = [...new Set(tasks.map(({ stage }) => stage))];
  const edges = tasks.flatMap(({ depends, waits_for, stage }, to) => {
    const byBarrier = waits_for.filter((id) => !depends.includes(id));
    const before = tasks[numberOf.get(byBarrier.at(-1) ?? "") ?? -1]?.stage;
    const last = byBarrier.filter(
      (id) => tasks[numberOf.get(id) ?? -1]?.stage === before && before !== stage,
    );
    const edge = (named: boolean) => (id: string) => ({ from: numberOf.get(id) ?? 0, to, named });
    return depends.length > 0 ? depends.map(edge(true)) : last.map(edge(false));
  });
  return {
    stages: names.map((name) => ({
      name,
      tasks: tasks.flatMap(({ stage }, at) => (stage === name ? [at] : [])),
    })),
    edges,
    critical: new Set(critical_path.flatMap((id) => numberOf.get(id) ?? [])),
  };
}

const label = ({ id, title }: Overview["tasks"][number]): string =>
  printable(title === id ? id : `${id}: ${title}`);

/** A Mermaid flowchart: stages as subgraphs, barriers dashed, the longest chain bold. */
export function mermaidOf(facts: Overview): string {
  const { stages, edges, critical } = drawing(facts);
  const code = (char: string) => `#${char.charCodeAt(0)};`;
  // Also what Mermaid reads as markdown, or as a formula; of what begins a list it draws nothing.
  const quoted = (text: string) =>
    `"${text.replaceAll(/["#&<>`*$\\]|^[-+](?= )|(?<=^\d+)[.)](?= )/g, code)}"`;
  return [
    "flowchart LR",
    ...stages.flatMap(({ name, tasks }, at) => [
      `  subgraph s${at} [${quoted(printable(name))}]`,
      ...tasks.map(
        (task) => `    t${task}[${quoted(label(facts.tasks[task] as Overview["tasks"][number]))}]`,
      ),
      "  end",
    ]),
    ...edges.map(({ from, to, named }) => `  t${from} ${named ? "-->" : "-.->"} t${to}`),
    "  classDef longest stroke-width:3px",
    ...(critical.size > 0 ? [`  class ${[...critical].map((task) => `t${task}`).join(",")} longest`] : []),
    "",
  ].join("\n");
}

/** The same for Graphviz. */
export function dotOf(facts: Overview): string {
  const { stages, edges, critical } = drawing(facts);
  // Graphviz reads HTML entities in every label.
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, "\\$&").replaceAll("&", "&amp;")}"`;
  const style = (task: number) => (critical.has(task) ? ", penwidth=3" : "");
  return [
    "digraph plan {",
    "  rankdir=LR; node [shape=box];",
    ...stages.flatMap(({ name, tasks }, at) => [
      `  subgraph cluster_${at} {`,
      `    label=${quoted(printable(name))};`,
      ...tasks.map(
        (task) =>
          `    t${task} [label=${quoted(label(facts.tasks[task] as Overview["tasks"][number]))}${style(task)}];`,
      ),
      "  }",
    ]),
    ...edges.map(({ from, to, named }) => `  t${from} -> t${to}${named ? "" : " [style=dashed]"};`),
    "}",
    "",
  ].join("\n");
}
