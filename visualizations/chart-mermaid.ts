import type { Chart, ChartState } from "../machines/chart.ts";
import { labelOf, parentOf, stateLines, transitionLines } from "./chart-layout.ts";

/** Returns a chart as a Mermaid state diagram. Names are our own definitions', so only colons need escaping. */
export function chartMermaid(chart: Chart, title: string): string {
  const hasArrow = chart.transitions.some(({ from, to }) => from === "" && to !== undefined);
  const root = chart.states.filter(({ key }) => key === "");
  const hasRoot = hasArrow || root.some((state) => stateLines(chart, state).length > 0);
  return [
    `%% ${title}. Generated from the machine by npm run diagrams.`,
    "stateDiagram-v2",
    ...(hasRoot ? root.flatMap((state) => declaration(chart, state)) : []).map(indented),
    ...statesIn(chart, "").map(indented),
    ...chart.transitions.flatMap((transition) => {
      const { from, to } = transition;
      if (to === undefined) return [];
      return `  ${idOf(from)} --> ${idOf(to)} : ${escaped(transitionLines(transition).join(" "))}`;
    }),
    "",
  ].join("\n");
}

/** Returns the lines of the states directly inside another one; "" stands for the chart. */
function statesIn(chart: Chart, parent: string): string[] {
  const states = chart.states.filter(({ key }) => key !== "" && parentOf(key) === parent);
  return [
    ...states.flatMap((state) => declaration(chart, state)),
    ...states.filter(({ initial }) => initial).map(({ key }) => `[*] --> ${idOf(key)}`),
    ...states.filter(({ final }) => final).map(({ key }) => `${idOf(key)} --> [*]`),
  ];
}

function declaration(chart: Chart, state: ChartState): string[] {
  const id = idOf(state.key);
  const name = `state "${labelOf(state)}" as ${id}`;
  const lines = stateLines(chart, state).map(({ text }) => escaped(text));
  const inside = state.key === "" ? [] : statesIn(chart, state.key);
  if (inside.length === 0) return [name, ...lines.map((text) => `${id} : ${text}`)];
  // Mermaid draws no description inside a state that holds others.
  const note = lines.length > 0 ? [`note right of ${id}`, ...lines.map(indented), "end note"] : [];
  return [`${name} {`, ...inside.map(indented), "}", ...note];
}

const idOf = (key: string): string => (key === "" ? "every" : key.replaceAll(/\W/g, "_"));
const escaped = (text: string): string => text.replaceAll(":", "#58;");
const indented = (line: string): string => `  ${line}`;
