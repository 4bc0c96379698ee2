import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ELK from "elkjs/lib/elk.bundled.js";
import { renderToStaticMarkup } from "preact-render-to-string";
import { describe, expect, test } from "vitest";
import { createMachine } from "xstate";
import { type ChartTransition, chartOf } from "../../machines/chart.ts";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import { modes } from "../../schemas/manifest.ts";
import { ChartDrawing } from "../../visualizations/chart-drawing.tsx";
import { font, type PlacedState, placeChart } from "../../visualizations/chart-layout.ts";
import { chartMermaid } from "../../visualizations/chart-mermaid.ts";

// `npm run diagrams` runs this file with --update, which writes the diagrams that are otherwise compared.

const css = readFileSync(new URL("../../visualizations/chart.css", import.meta.url), "utf8");
const file = (name: string) =>
  fileURLToPath(new URL(`../../visualizations/diagrams/${name}`, import.meta.url));

/** The chart that all modes share: whatever another mode adds to it is highlighted. */
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

test.each(charts)("the Mermaid file of $name shows the machine", async ({ name, title, chart }) => {
  await expect(chartMermaid(chart, title)).toMatchFileSnapshot(file(`${name}.mmd`));
});

test.each(charts)("the picture of $name shows the machine", async ({ name, title, chart, own }) => {
  const placed = await placeChart(chart, new ELK());
  const drawing = <ChartDrawing chart={placed} title={title} css={css} {...(own ? { own } : {})} />;
  await expect(`${renderToStaticMarkup(drawing)}\n`).toMatchFileSnapshot(file(`${name}.svg`));
});

test("a chart has every state and every transition of its machine", () => {
  const chart = chartOf(taskMachine);
  expect(chart.states.map(({ key }) => key)).toEqual([
    "",
    "pending",
    "ready",
    "working",
    "working.running",
    "working.verifying",
    "working.awaitingOthers",
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

describe("a compound state", () => {
  const chart = chartOf(
    createMachine({
      id: "nested",
      initial: "idle",
      states: {
        idle: { on: { start: "busy" } },
        busy: {
          initial: "first",
          on: { stop: "idle", ping: { actions: "answer" } },
          states: { first: { on: { next: "second", quit: "#nested.idle" } }, second: { type: "final" } },
        },
      },
    }),
  );

  test("is placed as a box around its states", async () => {
    const { states } = await placeChart(chart, new ELK());
    const [idle, busy, first, second] = ["idle", "busy", "busy.first", "busy.second"].map((key) =>
      boxOf(states.find(({ state }) => state.key === key)),
    );
    for (const inner of [first, second]) {
      expect(contains(busy, inner)).toBe(true);
      // Below the heading and the line for `ping`.
      expect(inner?.top).toBeGreaterThan((busy?.top ?? 0) + 50);
    }
    expect(contains(busy, idle)).toBe(false);
    expect(states.map(({ label, isCompound }) => [label, isCompound])).toEqual([
      ["idle", false],
      ["busy", true],
      ["first", false],
      ["second", false],
    ]);
  });

  test("has one arrow for each of its own transitions, from the edge of its box", async () => {
    const { states, transitions } = await placeChart(chart, new ELK());
    const busy = boxOf(states.find(({ state }) => state.key === "busy"));
    const own = transitions.filter(({ transition }) => transition.from === "busy");
    expect(own.map(({ transition }) => transition.event)).toEqual(["stop"]);
    expect([busy.top, busy.bottom]).toContainEqual(expect.closeTo(own[0]?.points[0]?.y ?? 0, 0));
  });

  test("is drawn below the arrows between its states", async () => {
    const markup = renderToStaticMarkup(
      <ChartDrawing chart={await placeChart(chart, new ELK())} title="nested" current="busy.first" />,
    );
    const places = ['data-state="busy"', 'class="transition"', 'data-state="busy.first"'].map((part) =>
      markup.indexOf(part),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(markup).toContain('<g class="state compound active"');
    expect(markup).toContain('<g class="state current"');
  });

  test("is a composite state in Mermaid, with a note for what it does", () => {
    const lines = chartMermaid(chart, "nested").split("\n");
    const start = lines.indexOf('  state "busy" as busy {');
    expect(lines.slice(start, lines.indexOf("  }", start))).toEqual([
      '  state "busy" as busy {',
      '    state "first" as busy_first',
      '    state "second" as busy_second',
      "    [*] --> busy_first",
      "    busy_second --> [*]",
    ]);
    expect(lines).toContain("    ping / answer");
    expect(lines).toContain("  busy_first --> idle : quit");
  });
});

test("transitions between the same two states share an arrow, with one label below the other", async () => {
  const { transitions } = await placeChart(chartOf(taskMachine), new ELK());
  const requeues = transitions.filter(({ transition: { from, to } }) => from === "waiting" && to === "ready");
  expect(requeues.map(({ lines }) => lines[0])).toEqual(["done(backoff)", "error(backoff)"]);
  const [first, second] = requeues;
  expect(second?.points).toEqual(first?.points);
  expect(second?.labelX).toBe(first?.labelX);
  expect(second?.labelY).toBeGreaterThanOrEqual(
    (first?.labelY ?? 0) + font.line * (first?.lines.length ?? 0),
  );
});

interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function boxOf(placed: PlacedState | undefined): Bounds {
  const { x, y, width, height } = placed ?? { x: Number.NaN, y: 0, width: 0, height: 0 };
  return { left: x, top: y, right: x + width, bottom: y + height };
}

const contains = (outer: Bounds | undefined, inner: Bounds | undefined): boolean =>
  outer !== undefined &&
  inner !== undefined &&
  outer.left < inner.left &&
  outer.top < inner.top &&
  outer.right > inner.right &&
  outer.bottom > inner.bottom;
