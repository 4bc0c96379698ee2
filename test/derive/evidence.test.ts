import { describe, expect, test } from "vitest";
import { code, deriveText, files, planOf } from "./derived.ts";

const edgesOf = (text: string) => deriveText(text).edges;

describe("stated dependencies", () => {
  test.each([
    ["**Depends on:** Task 1", ["1>3 field"]],
    ["**Depends on:** Tasks 1 and 2", ["1>3 field", "2>3 field"]],
    ["**Depends:** Task 1 (halt), Task 1+2 (intent)", ["1>3 field", "2>3 field"]],
    ["**Dependencies:** 1, 2", ["1>3 field", "2>3 field"]],
    ["- Depends: task-1, task-2", ["1>3 field", "2>3 field"]],
    ["**Depends on:** Tasks 1–2", ["1>3 field", "2>3 field"]],
    ["**Depends on:** all prior tasks", ["1>3 field", "2>3 field"]],
    ["**Depends on:** none (parallel with Task 1)", []],
    ["**Area:** ui · **Depends on:** Task 1 · **Owns:** what Task 2 left", ["1>3 field"]],
    ["**Depends on:** Task 1 | **Files:** `a.ts` | **Kind:** for Task 2", ["1>3 field"]],
    ["**Why:** it is slow. **Depends on:** Task 1. **Done when:** as in Task 2.", ["1>3 field"]],
    ["_Depends on: Task 1_", ["1>3 field"]],
    ["**Dependencies:** Task 1 first. No dependency on task 2; may run in parallel with it.", ["1>3 field"]],
    ["**Depends on:** Task Groups 1-2", ["1>3 field", "2>3 field"]],
    ["**Depends on:** Task 1, but not Task 2", ["1>3 field"]],
    ["**Depends on:** Tasks 1-2 (but not Task 2)", ["1>3 field"]],
    ["**Depends on:** all except Task 1", ["2>3 field"]],
    ["**Depends on:** all prior tasks, except for 2", ["1>3 field"]],
  ])("a field is read: %s", (field, expected) => {
    expect(edgesOf(planOf(["Alpha"], ["Beta"], ["Gamma", field]))).toEqual(expected);
  });

  test("a field that names no task is ignored", () => {
    const text = planOf(
      ["Alpha", files("Create: `src/alpha.ts`")],
      ["Beta", "**Dependencies:** cass >= 0.2\n\nUses `src/alpha.ts`."],
    );
    expect(edgesOf(text)).toEqual(["1>2 created-file"]);
  });

  test("nothing is inferred for a task with a field", () => {
    const text = planOf(
      ["Alpha", files("Create: `src/alpha.ts`")],
      ["Beta", "**Depends on:** none"],
      ["Gamma", `**Depends on:** Task 2\n${files("Modify: `src/alpha.ts`")}`],
    );
    expect(edgesOf(text)).toEqual(["2>3 field"]);
  });

  test.each([
    ["Tasks 2 and 3 depend on Task 1.", ["1>2", "1>3"]],
    ["Task 1 must land before Task 3.", ["1>3"]],
    ["Task 1 → Task 2 → Task 3", ["1>2", "2>3"]],
    ["Task 3 depends on all prior tasks.", ["1>3", "2>3"]],
    ["Tasks 2 and 3 are independent.", []],
    ["Task 3 blocks on 1–2.", ["1>3", "2>3"]],
    ["Task 3 must wait for Tasks 1 and 2.", ["1>3", "2>3"]],
    ["Task 3 waits on Task 1.", ["1>3"]],
    ["Tasks 2 and 3 can be done in parallel once Task 1 is finished.", ["1>2", "1>3"]],
    ["Tasks 2 and 3 are independent after Task 1.", ["1>2", "1>3"]],
    ["Tasks 1 and 2 can be done in parallel, after which all is easy.", []],
    ["Task 3 must not run before Task 2 is done.", ["2>3"]],
    ["Task 3 does not wait for Task 2.", []],
    ["Task 3 does not depend on Task 2.", []],
    ["Task 2 does not need Task 1.", []],
    ["Task 3 must not depend on Task 2", []],
    ["Task 3 doesn't build on Task 2, but needs Task 1.", ["1>3"]],
    ["Task 3 needs Task 1 but does not need Task 2.", ["1>3"]],
  ])("a sentence outside of tasks is read: %s", (sentence, expected) => {
    const text = `# Plan\n\n${sentence}\n\n${planOf(["Alpha"], ["Beta"], ["Gamma"])}`;
    expect(edgesOf(text)).toEqual(expected.map((edge) => `${edge} statement`));
  });

  test("a table's column of dependencies is read", () => {
    const table =
      "| # | What | Depends on |\n|---|---|---|\n| 2 | Beta | None |\n| **3** | Gamma | Tasks 1, 2 |\n| 4 | Delta | all prior tasks |\n";
    const text = `${planOf(["Alpha", files("Create: `a/alpha.ts`")], ["Beta", "Uses `a/alpha.ts`"], ["Gamma"], ["Delta"])}\n## Order\n\n${table}\n| Task | Effort |\n|---|---|\n| 2 | 1 |\n`;
    expect(edgesOf(text)).toEqual(["1>3", "2>3", "1>4", "2>4", "3>4"].map((edge) => `${edge} statement`));
  });

  test("a task that the plan calls independent waits for nothing", () => {
    const text = `# Plan\n\nTask 2 is independent of the rest.\n\n${planOf(["Alpha", files("Create: `a/alpha.ts`")], ["Beta", files("Modify: `a/alpha.ts`")])}`;
    expect(edgesOf(text)).toEqual([]);
  });

  test("waves in lines are the stages, and no edge contradicts them", () => {
    const text = `${planOf(["Alpha"], ["Beta", "Builds on what Task 3 makes."], ["Gamma"])}\n## Order\n\n**Wave 1 (parallel):** Tasks 1, 3\n**Wave 2 (after Wave 1):** Task 2\n`;
    expect(deriveText(text)).toMatchObject({ stages: ["Wave 1: 1 3", "Wave 2: 2"], edges: [] });
  });

  test.each([
    "| Wave | Tasks |\n|---|---|\n| 1 | Tasks 1, 3 |\n| 2 | Task 2 |\n",
    "| Wave | What | Tasks |\n|---|---|---|\n| **Wave 1** | Ground | 1 and 3 |\n| **Wave 2** | House | 2 |\n",
  ])("waves in a table of all tasks are the stages", (table) => {
    const text = `# Plan\n\n${table}\n${planOf(["Alpha"], ["Beta"], ["Gamma"])}`;
    expect(deriveText(text).stages).toEqual(["Wave 1: 1 3", "Wave 2: 2"]);
  });

  test("waves in headings above all tasks are the stages", () => {
    const text =
      "# P\n\n## Wave 1: Ground\n\n### Task 1: A\n\n### Task 2: B\n\n## Wave 2: House\n\n### Task 3: C\n";
    expect(deriveText(text).stages).toEqual(["Wave 1: Ground: 1 2", "Wave 2: House: 3"]);
  });
});

describe("graphs drawn with characters", () => {
  const drawn = (drawing: string, count: number) =>
    edgesOf(
      `${planOf(...Array.from({ length: count }, (_, at) => [`T${at}`] as const))}\n## Graph\n${code("", drawing)}`,
    )
      .filter((edge) => edge.endsWith("graph"))
      .map((edge) => edge.split(" ")[0])
      .sort();

  test("a branch and a chain are read", () => {
    const drawing = [
      "Task 1 (a) ──┬──→ Task 2 (b)",
      "             │      └──→ Task 3 (c) ──→ Task 4",
      "             └──→ Task 5",
    ].join("\n");
    expect(drawn(drawing, 5)).toEqual(["1>2", "1>5", "2>3", "3>4"]);
  });
  test("lines that join a column out of line are followed", () => {
    const drawing = [
      "Task 1 (metrics) ────┐",
      "                      ├──▶ Task 3 (engine)",
      "Task 2 (fixtures) ───┘",
    ].join("\n");
    expect(drawn(drawing, 3)).toEqual(["1>3", "2>3"]);
  });
  test("an indented tree is read", () => {
    const drawing = ["Task 1 (ground)", "  └── Task 2 (wall)", "       └── Task 3 (roof)"].join("\n");
    expect(drawn(drawing, 3)).toEqual(["1>2", "2>3"]);
  });
  test("an arrow from the right is followed", () => {
    const drawing = ["Task 1 (a) ──► Task 2 (b)", "                  │", "Task 3 (c) ◄──────┘"].join("\n");
    expect(drawn(drawing, 3)).toEqual(["1>2", "2>3"]);
  });
  test("lines of ASCII characters are followed", () => {
    const drawing = ["Task 1 --> Task 2", "           |", "           +--> Task 3"].join("\n");
    expect(drawn(drawing, 3)).toEqual(["1>2", "2>3"]);
  });
  test("code that only names tasks is not a graph", () => {
    expect(drawn("// see Task 1 - and Task 2 | later", 2)).toEqual([]);
  });
});

describe("inferred dependencies", () => {
  test.each([
    "This task does not depend on Task 1.",
    "Independent of tasks 1–2.",
    "Can be done in parallel with Task 2.",
    "Tasks 1 and 2 can run in parallel.",
    "**Parallel with:** Task 2",
    "Unlike Task 2, this can be done any time.",
    "Do NOT wait for Task 1",
    "It doesn't need Task 1.",
  ])("a mention that denies a dependency is ignored: %s", (text) => {
    expect(edgesOf(planOf(["Alpha"], ["Beta"], ["Gamma", text]))).toEqual([]);
  });

  test.each([
    ["Unlike Task 2, this builds on Task 1.", ["1>3 mention"]],
    ["Does not need Task 2, but Task 1.", ["1>3 mention"]],
    ["It does not change the page that Task 1 made.", ["1>3 mention"]],
    ["Task 2 can run in parallel once Task 1 is done.", ["1>3 mention", "2>3 mention"]],
  ])("a mention is a dependency: %s", (text, expected) => {
    expect(edgesOf(planOf(["Alpha"], ["Beta"], ["Gamma", text])).sort()).toEqual(expected);
  });

  test("a task depends on an earlier one that it names", () => {
    expect(edgesOf(planOf(["Alpha"], ["Beta", "Uses the client from Task 1."]))).toEqual(["1>2 mention"]);
  });
  test("a task depends on the one that creates a file it writes or names", () => {
    const text = planOf(
      ["Alpha", files("Create: `lib/alpha.ts`")],
      ["Beta", files("Modify: `lib/alpha.ts:10-20`")],
      ["Gamma", "Run `node lib/alpha.ts`."],
    );
    expect(edgesOf(text)).toEqual(expect.arrayContaining(["1>2 created-file", "1>3 created-file"]));
  });
  test("a file name common to many directories identifies no file", () => {
    const text = planOf(["Alpha", files("Create: `one/README.md`")], ["Beta", "Write a `README.md` in two."]);
    expect(edgesOf(text)).toEqual(["1>2 first-task"]);
  });
  test("a task depends on the one that produces what it consumes", () => {
    const text = planOf(
      ["Alpha", "**Interfaces:**\n- Produces: `load(path)`"],
      ["Beta", "**Interfaces:**\n- Consumes: `load(path)`"],
    );
    expect(edgesOf(text)).toContain("1>2 interface");
  });
  test.each([
    ["go", "func LoadPlan() error {", "plan, err := LoadPlan()"],
    ["python", "def load_plan(path):", "plan = load_plan('x')"],
    ["typescript", "export function loadPlan() {}", "await loadPlan()"],
    ["bash", "load_plan() {", "load_plan x"],
  ])("a task depends on the one that defines a symbol in %s that it uses", (language, definition, use) => {
    const text = planOf(["Alpha", code(language, definition)], ["Beta", code(language, use)]);
    expect(edgesOf(text)).toContain("1>2 symbol");
  });
  test("a task depends on the one that creates a module it imports", () => {
    const text = planOf(
      ["Alpha", files("Create: `internal/authz/token.go`")],
      ["Beta", code("go", 'import (\n\t"example.com/x/internal/authz"\n)')],
    );
    expect(edgesOf(text)).toContain("1>2 import");
  });
  test("a name is one name in several spellings", () => {
    const text = planOf(
      ["Alpha", "Add `cmdCalibrateGates`."],
      ["Beta", code("bash", 'tool "calibrate-gates"')],
    );
    expect(edgesOf(text)).toContain("1>2 name");
  });
  test("a task that writes a file depends on the one that writes its directory", () => {
    const text = planOf(
      ["Alpha", files("Modify: `a/pages/`")],
      ["Beta", files("Modify: `a/pages/start.ts`")],
    );
    expect(edgesOf(text)).toEqual(["1>2 shared-file"]);
  });
  test("two tasks that write one file are ordered, unless it is a test", () => {
    const both = (path: string) =>
      planOf(["Alpha", files(`Modify: \`${path}\``)], ["Beta", files(`Modify: \`${path}\``)]);
    expect(edgesOf(both("src/main.ts"))).toEqual(["1>2 shared-file"]);
    expect(edgesOf(both("test/main.test.ts"))).toEqual([]);
  });
  test("a task that wires or tests something depends on the one whose title names it", () => {
    expect(edgesOf(planOf(["Parser"], ["Wire the parser into the CLI"]))).toEqual(["1>2 wiring"]);
    expect(edgesOf(planOf(["Parser"], ["Parser tests"], ["Else"]))).toEqual(["1>2 test-of"]);
  });
  test("tasks that write in a scaffolded directory wait for the scaffold", () => {
    const text = planOf(
      ["Scaffold the app", files("Create: `apps/x/package.json`")],
      ["Page", files("Create: `apps/x/src/page.ts`")],
      ["Else", files("Create: `other/y.ts`")],
    );
    expect(edgesOf(text)).toContain("1>2 scaffold");
    expect(edgesOf(text)).not.toContain("1>3 scaffold");
  });
  test("all later tasks wait for a prerequisite", () => {
    expect(edgesOf(planOf(["Extend the store (PREREQUISITE)"], ["A"], ["B"]))).toEqual([
      "1>2 scaffold",
      "1>3 scaffold",
    ]);
  });
  test("a closing task waits for all others, without edges that follow from others", () => {
    const text = planOf(
      ["Alpha", code("go", "func AlphaThing() {}")],
      ["Beta", "`AlphaThing` again"],
      ["Gamma"],
      ["Final verification"],
    );
    expect(edgesOf(text).filter((edge) => edge.endsWith("gate"))).toEqual(["3>4 gate", "2>4 gate"]);
  });
  test("a task without evidence is placed after a first task that creates files", () => {
    const text = planOf(["Alpha", files("Create: `a/alpha.ts`")], ["Beta"], ["Gamma"]);
    expect(deriveText(text)).toMatchObject({
      edges: ["1>2 first-task", "1>3 first-task"],
      unexplained: ["2", "3"],
    });
  });
  test.each([
    ["a graph", code("mermaid", "graph TD\n  T1 --> T3\n  T2 --> T3\n  T3 --> T4"), []],
    ["a drawing", code("", "Task 1 ──┬──▶ Task 3 ──▶ Task 4\nTask 2 ──┘"), []],
    ["an order", "**Execution order:** 1, 2 → 3 → 4", []],
    ["a first wave", "**Wave 1:** Tasks 1, 2", ["3", "4"]],
    ["a sentence", "Tasks 1 and 2 can run in parallel.", ["3", "4"]],
    ["another sentence", "Task 2 can run in parallel with Task 1.", ["3", "4"]],
    ["an exception", "All tasks depend on Task 1 except Task 2.", []],
    ["a sentence about other tasks", "Tasks 3 and 4 can run in parallel.", ["2", "3", "4"]],
  ])("with %s, only tasks without a place wait for the first one", (_, outside, unexplained) => {
    const text = `# Plan\n\n${outside}\n\n${planOf(["Alpha", files("Create: `a/alpha.ts`")], ["Beta"], ["Gamma"], ["Delta"])}`;
    const found = deriveText(text);
    expect(found.unexplained).toEqual(unexplained);
    expect(found.edges.filter((edge) => edge.endsWith("first-task"))).toEqual(
      unexplained.map((number) => `1>${number} first-task`),
    );
  });
  test("no edge repeats what stages state about the first task", () => {
    const text =
      "# P\n\n## Wave 1: Ground\n\n### Task 1: A\n\n**Files:**\n- Create: `a/a.ts`\n\n### Task 2: B\n\n## Wave 2: House\n\n### Task 3: C\n";
    expect(edgesOf(text)).toEqual(["1>2 first-task"]);
  });
  test("fields in Chinese are read", () => {
    const heading = (at: number, body = "") => `### 任务 ${at}：名\n\n${body}\n\n`;
    const text = `# 计划\n\n${heading(1)}${heading(2)}${heading(3)}${heading(4, "**Depends on:** 任务 1、任务 2 和 3")}`;
    expect(edgesOf(text)).toEqual(["1>4 field", "2>4 field", "3>4 field"]);
  });
  test("list entries on lines of their own are not a range", () => {
    expect(edgesOf(planOf(["A"], ["B"], ["C"], ["D", "Uses:\n\n- Task 1\n- Task 3"]))).toEqual([
      "1>4 mention",
      "3>4 mention",
    ]);
  });
  test("a task without evidence is unexplained", () => {
    expect(deriveText(planOf(["Alpha"], ["Beta"], ["Gamma", "Uses Task 1."])).unexplained).toEqual(["2"]);
  });
});

test("an edge that closes a cycle is left out", () => {
  const text = planOf(["Alpha", "**Depends on:** Task 2"], ["Beta", "**Depends on:** Task 1"]);
  expect(deriveText(text)).toMatchObject({ edges: ["2>1 field"], stages: ["Stage 1: 2", "Stage 2: 1"] });
});
