import type { Chart } from "../machines/chart.ts";
import { transitionLines } from "./chart-layout.ts";

/** A chart as a Mermaid state diagram. Names come from our own definitions and need no escaping but for colons. */
export function chartMermaid(chart: Chart, title: string): string {
  const idOf = (key: string) => (key === "" ? "every" : key.replaceAll(/\W/g, "_"));
  const plain = (text: string) => text.replaceAll(":", "#58;");
  const stays = (key: string) => chart.transitions.filter(({ from, to }) => from === key && to === undefined);
  const used = chart.states.filter(
    ({ key }) => key !== "" || chart.transitions.some(({ from }) => from === ""),
  );
  return [
    `%% ${title}. Generated from the machine by npm run diagrams.`,
    "stateDiagram-v2",
    ...used.map(({ key }) => `  state "${key === "" ? "in every state" : key}" as ${idOf(key)}`),
    ...used.flatMap(({ key, entry, invokes }) => [
      ...entry.map((name) => `  ${idOf(key)} : entry / ${plain(name)}`),
      ...invokes.map((name) => `  ${idOf(key)} : do / ${plain(name)}`),
      ...stays(key).map((move) => `  ${idOf(key)} : ${plain(transitionLines(move).join(" "))}`),
    ]),
    ...chart.states.filter(({ initial }) => initial).map(({ key }) => `  [*] --> ${idOf(key)}`),
    ...chart.transitions.flatMap((move) =>
      move.to === undefined
        ? []
        : [`  ${idOf(move.from)} --> ${idOf(move.to)} : ${plain(transitionLines(move).join(" "))}`],
    ),
    ...chart.states.filter(({ final }) => final).map(({ key }) => `  ${idOf(key)} --> [*]`),
    "",
  ].join("\n");
}
