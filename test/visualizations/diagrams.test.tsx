import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ELK from "elkjs/lib/elk.bundled.js";
import { renderToStaticMarkup } from "preact-render-to-string";
import { expect, test } from "vitest";
import { type ChartTransition, chartOf } from "../../machines/chart.ts";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import { modes } from "../../schemas/manifest.ts";
import { ChartDrawing } from "../../visualizations/chart-drawing.tsx";
import { placeChart } from "../../visualizations/chart-layout.ts";
import { chartMermaid } from "../../visualizations/chart-mermaid.ts";

// `npm run diagrams` runs this file with --update: what draws the diagrams is what holds them against the machines.

const css = readFileSync(new URL("../../visualizations/chart.css", import.meta.url), "utf8");
const file = (name: string) =>
  fileURLToPath(new URL(`../../visualizations/diagrams/${name}`, import.meta.url));

/** The chart that all modes share: what another one has beside it is that mode's own. */
const common = chartOf(orchestratorMachine("all-parallel"));
const isSame = (a: ChartTransition) => (b: ChartTransition) => JSON.stringify(a) === JSON.stringify(b);
const own = {
  state: (key: string) => !common.states.some((state) => state.key === key),
  transition: (move: ChartTransition) => !common.transitions.some(isSame(move)),
};

const charts = [
  { name: "task", title: "One task", chart: chartOf(taskMachine), own: undefined },
  ...modes.map((mode) => ({
    name: `orchestrator-${mode}`,
    title: `The orchestrator in mode ${mode}`,
    chart: chartOf(orchestratorMachine(mode)),
    own,
  })),
];

test.each(charts)("the Mermaid file of $name is the machine's", async ({ name, title, chart }) => {
  await expect(chartMermaid(chart, title)).toMatchFileSnapshot(file(`${name}.mmd`));
});

test.each(charts)("the picture of $name is the machine's", async ({ name, title, chart, own }) => {
  const placed = await placeChart(chart, new ELK());
  const drawing = <ChartDrawing chart={placed} title={title} css={css} {...(own ? { own } : {})} />;
  await expect(`${renderToStaticMarkup(drawing)}\n`).toMatchFileSnapshot(file(`${name}.svg`));
});

test("every state and every transition of a machine is in its chart", () => {
  const chart = chartOf(taskMachine);
  expect(chart.states.map(({ key }) => key)).toEqual([
    "",
    "pending",
    "ready",
    "working",
    "working.running",
    "working.verifying",
    "waiting",
    "parked",
    "done",
    "failed",
    "skipped",
    "cancelled",
  ]);
  expect(chart.transitions).toContainEqual({
    from: "ready",
    to: "working",
    event: "task.start",
    actions: [],
  });
  expect(chart.transitions).toContainEqual({
    from: "working.running",
    to: "done",
    event: "done(attempt)",
    guard: "isDone",
    actions: ["recordOutcome", "reportSettled"],
  });
});
