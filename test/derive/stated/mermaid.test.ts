import { describe, expect, test } from "vitest";
import { cpuTime } from "../../cpu-time.ts";
import { code, deriveText, planOf } from "../derived.ts";

const graphOf = (...lines: readonly string[]) =>
  deriveText(
    `${planOf(["Alpha"], ["Beta"], ["Gamma"], ["Delta"])}\n## Graph\n${code("mermaid", lines.join("\n"))}`,
  )
    .edges.map((edge) => (edge.endsWith(" graph") ? edge.replace(" graph", "") : edge))
    .sort();

describe("Mermaid graphs", () => {
  test.each([
    ["ids that name tasks", ["graph TD", "  T1 --> T2; T1 --> T3", "  task-2-->T4"], ["1>2", "1>3", "2>4"]],
    [
      "names known from labels in other lines",
      [
        "flowchart LR",
        '  A["Task 1: Alpha"] --> B["Task 2: Beta; more"]',
        '  A --> C["Task 3: Gamma (after Task 2)"]',
        "  B --> D[Task 4: Delta]",
      ],
      ["1>2", "1>3", "2>4"],
    ],
    [
      "labels that come later",
      ["graph LR;", "A --> B;", 'A("Task 2");', "B{{Task 3}}", "%% B --> T4"],
      ["2>3"],
    ],
    ["groups and chains", ["graph TD", "T1 & T2 --> T3 ==> T4"], ["1>3", "2>3", "3>4"]],
    [
      "words on arrows",
      ["graph TD", "T1 -->|makes 1| T2", "T2 -- then --> T3:::x", "T3 -.-> T4"],
      ["1>2", "2>3", "3>4"],
    ],
    [
      "headless and two-headed lines",
      ["graph TD", "T1 --- T2", "T3 <--> T4", "T1[Alpha] --> T3[Gamma]"],
      ["1>3"],
    ],
    [
      "nodes that are not tasks",
      ["graph TD", "T1 --> X{ok?}", "X -- yes --> Y", "Y --> T2 & T3"],
      ["1>2", "1>3"],
    ],
    ["a cycle of nodes that are not tasks", ["graph TD", "T1 --> X --> Y --> X", "Y --> T2"], ["1>2"]],
    ["headless lines through another node", ["graph TD", "T1 --- X --> T2"], []],
    [
      "subgraphs at the ends of arrows",
      [
        "graph TD",
        "subgraph one [Ground]",
        "  T1",
        "  T2",
        "end",
        'subgraph two["House"]',
        "  direction LR",
        "  T3 --> T4",
        "end",
        "one --> two",
      ],
      ["1>3", "1>4", "2>3", "2>4", "3>4"],
    ],
    [
      "a subgraph in a subgraph, known by its title",
      [
        "graph TD",
        "T1 --> Outer",
        "subgraph Outer",
        "  subgraph inner",
        "    T2",
        "  end",
        "  T3",
        "end",
        "inner --> T4",
      ],
      ["1>2", "1>3", "2>4"],
    ],
    ["no tasks", ["graph TD", "App --> DB", "T9 --> X"], []],
    ["another type of diagram", ["sequenceDiagram", "T1->>T2: hello"], []],
  ])("a graph with %s is read", (_, lines, expected) => {
    expect(graphOf(...lines)).toEqual(expected);
  });

  test("a graph of long unclosed labels is read quickly", () => {
    const long = `A${'["'.repeat(450)}`;
    expect(graphOf("graph TD", ...Array.from({ length: 200 }, () => long), "T1 --> T2")).toEqual(["1>2"]);
  });

  test("a graph with very many paths through other nodes is read quickly", () => {
    const tasks = Array.from({ length: 40 }, (_, at) => [`Of ${at}`] as const);
    const names = Array.from({ length: 40 }, (_, at) => `X${at}`);
    const lines = [
      ...tasks.flatMap((_, at) => names.map((name) => `T${at + 1} --> ${name}`)),
      ...names.flatMap((name, at) => names.map((other) => `${name} --> ${other}\n${name} --> T${at + 1}`)),
    ];
    const text = `${planOf(...tasks)}\n## Graph\n${code("mermaid", ["graph TD", ...lines].join("\n"))}`;
    expect(cpuTime(() => deriveText(text))).toBeLessThan(5_000);
  });
});
