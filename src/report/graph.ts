import { modeConfigs } from "../../machines/modes/modes.ts";
import type { RunStatus, TaskStatus } from "../../schemas/run-status.ts";
import type { Overview } from "../job/overview.ts";
import { printable } from "../text/printable.ts";

/** The tasks of an overview or of a run, as far as a graph shows them. */
interface Graph {
  readonly tasks: readonly Pick<
    Overview["tasks"][number],
    "id" | "title" | "stage" | "depends" | "waits_for"
  >[];
  readonly critical_path: readonly string[];
}

interface Drawing {
  readonly stages: readonly { readonly name: string; readonly tasks: readonly number[] }[];
  /** Named dependencies, and for a task without any the last tasks of the stage that it waits for. */
  readonly edges: readonly { readonly from: number; readonly to: number; readonly named: boolean }[];
  readonly critical: ReadonlySet<number>;
}

/** Numbers tasks and stages: untrusted ids must not become names in a drawing language. */
function drawingOf({ tasks, critical_path }: Graph): Drawing {
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

const label = ({ id, title }: { readonly id: string; readonly title: string }): string =>
  printable(title === id ? id : `${id}: ${title}`);

/** Returns a Mermaid flowchart: stages as subgraphs, barriers dashed, the longest chain bold. */
export function mermaidOf(facts: Graph): string {
  return flowchart(facts, [["longest", "stroke-width:3px", drawingOf(facts).critical]]);
}

/** Returns a Mermaid flowchart of a run, each task in the colour of its status, readable on light and dark pages. */
export function mermaidOfRun({ mode, tasks }: RunStatus): string {
  const stages = [...new Set(tasks.map(({ stage }) => stage))];
  const drawn = tasks.map((task) => {
    const isEarlier = (other: TaskStatus) => stages.indexOf(other.stage) < stages.indexOf(task.stage);
    const ignoresStages = !modeConfigs[mode].usesDependencies || task.depends.length > 0;
    return { ...task, waits_for: ignoresStages ? [] : tasks.filter(isEarlier).map(({ id }) => id) };
  });
  const classes = Object.entries(colours).map(([name, style]): Class => {
    const members = tasks.flatMap(({ status }, at) => (colourOf[status] === name ? [at] : []));
    return [name, style, new Set(members)];
  });
  return flowchart(
    { tasks: drawn, critical_path: [] },
    classes.filter(([, , { size }]) => size > 0),
  );
}

const colours = {
  done: "fill:#1a7f37,color:#fff",
  caveat: "fill:#9a6700,color:#fff",
  failed: "fill:#cf222e,color:#fff",
  parked: "fill:#8250df,color:#fff",
  underWay: "fill:#0969da,color:#fff",
  idle: "fill:#6e7781,color:#fff",
} as const;
const colourOf: Readonly<Record<TaskStatus["status"], keyof typeof colours>> = {
  pass: "done",
  warn: "caveat",
  fail: "failed",
  error: "failed",
  interrupted: "failed",
  question: "parked",
  escalated: "parked",
  running: "underWay",
  pending: "idle",
  skipped: "idle",
  cancelled: "idle",
};

/** A Mermaid class: its name, its style, and the numbers of its tasks. */
type Class = readonly [name: string, style: string, tasks: ReadonlySet<number>];

function flowchart(facts: Graph, classes: readonly Class[]): string {
  const { stages, edges } = drawingOf(facts);
  const code = (char: string) => `#${char.charCodeAt(0)};`;
  // Mermaid would also read markdown and formulas, and draws nothing for a list.
  const quoted = (text: string) =>
    `"${text.replaceAll(/["#&<>`*$\\]|^[-+](?= )|(?<=^\d+)[.)](?= )/g, code)}"`;
  return [
    "flowchart LR",
    ...stages.flatMap(({ name, tasks }, at) => [
      `  subgraph s${at} [${quoted(printable(name))}]`,
      ...tasks.map((task) => `    t${task}[${quoted(label(facts.tasks[task] as Graph["tasks"][number]))}]`),
      "  end",
    ]),
    ...edges.map(({ from, to, named }) => `  t${from} ${named ? "-->" : "-.->"} t${to}`),
    ...classes.flatMap(([name, style, tasks]) => [
      `  classDef ${name} ${style}`,
      ...(tasks.size > 0 ? [`  class ${[...tasks].map((task) => `t${task}`).join(",")} ${name}`] : []),
    ]),
    "",
  ].join("\n");
}

/** Returns an overview's graph for Graphviz. */
export function dotOf(facts: Overview): string {
  const { stages, edges, critical } = drawingOf(facts);
  // Graphviz decodes HTML entities in every label.
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
