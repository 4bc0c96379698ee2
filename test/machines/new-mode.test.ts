import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunEvent, RunGraph } from "../../schemas/event.ts";
import { type CopiedTree, copyWithEdits } from "../copied-tree.ts";
import { Rig } from "../rig.ts";

/** A mode that ignores order, as all-parallel does, and runs one task at a time: the one with the most files first. */
const largestFirst = `
import { unordered } from "../schedule/graph.ts";
import { commonMode, type ModeConfig } from "./mode.ts";

export const largestFirst: ModeConfig = {
  ...commonMode,
  name: "largest-first",
  usesDependencies: false,
  isSequential: true,
  stepWord: "step",
  order: unordered,
  priorities: (graph) => graph.tasks.map(({ files }) => files.length),
  guards: {
    ...commonMode.guards,
    hasSlot: ({ schedule }) => schedule.running.length + schedule.waiting.length === 0,
    skipsDependents: () => false,
  },
};
`;

let tree: CopiedTree;
let rig: Rig;
beforeAll(async () => {
  tree = await copyWithEdits({
    "machines/modes/largest-first.ts": () => largestFirst,
    "machines/modes/modes.ts": (text) =>
      `import { largestFirst } from "./largest-first.ts";\n${text}`.replace(
        '  "manual-batching":',
        '  "largest-first": largestFirst,\n  "manual-batching":',
      ),
    "schemas/manifest.ts": (text) =>
      text.replace('"manual-batching"]', '"manual-batching", "largest-first"]'),
  });
});
afterAll(() => tree.remove());

const manifest = `version: 1
mode: largest-first
max_parallel: 3
stages:
  - name: first
    tasks:
      - { id: small, files: [a.ts], run: test -e mended }
      - { id: middle, files: [b.ts, c.ts], run: "true" }
  - name: second
    tasks:
      - { id: large, files: [d.ts, e.ts, f.ts], depends: [small], run: cat "$INTERSERVE_PROMPT_FILE" > prompt.txt }
`;
beforeEach(async () => {
  rig = await Rig.make({ "plan.exec.yaml": manifest }, tree.main);
});
afterEach(() => rig.close());

const json = async (...args: string[]) => JSON.parse((await rig.run(...args, "--json")).stdout);
const eventsOf = (stdout: string): RunEvent[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("a file, a row in the table of modes and the schema's list are all that a new mode needs to compile", async () => {
  expect(await tree.typeErrors("machines/orchestrator.machine.ts")).toBe("");
});

test("check warns that a new mode ignores dependencies", async () => {
  const { valid, problems } = await json("check", "plan.exec.yaml");
  expect(valid).toBe(true);
  expect(problems).toMatchObject([
    {
      code: "dependencies-ignored",
      message: 'mode largest-first ignores "depends" and the order of stages',
    },
  ]);
});

test("show lists the steps of a new mode in its own order", async () => {
  expect(await json("show", "plan.exec.yaml")).toMatchObject({
    mode: "largest-first",
    waves: [["large"], ["middle"], ["small"]],
    tasks: [{ waits_for: [] }, { waits_for: [] }, { waits_for: [] }],
  });
  const { stdout } = await rig.run("show", "plan.exec.yaml");
  expect(stdout).toContain("one at a time");
  expect(stdout).toMatch(/step 1\W+large/);
});

test("--step is refused in a new mode without batches", async () => {
  const { code, stderr } = await rig.run("run", "plan.exec.yaml", "--step");
  expect([code, stderr]).toEqual([2, expect.stringContaining("mode largest-first has no batches")]);
});

test("a run in a new mode starts tasks in its order, and a failure affects no other task", async () => {
  const { code, stdout } = await rig.run("run", "plan.exec.yaml", "--json");
  const told = eventsOf(stdout).flatMap((event) => {
    if (event.event === "task.started") return [`${event.task} started`];
    return event.event === "task.settled" ? [`${event.task} ${event.status}`] : [];
  });
  expect(told).toEqual([
    "large started",
    "large pass",
    "middle started",
    "middle pass",
    "small started",
    "small fail",
  ]);
  expect(code).toBe(1);
  const prompt = await readFile(join(rig.dir, "prompt.txt"), "utf8");
  expect(prompt).toContain("Other tasks run in it before and after this one");
});

test("a resumed run in a new mode keeps a task whose dependency runs again", async () => {
  await rig.run("run", "plan.exec.yaml");
  await rig.file("mended", "");
  const { code, stdout } = await rig.run("resume", "--json");
  const [resumed] = eventsOf(stdout);
  expect(resumed).toMatchObject({ event: "run.resumed", kept: ["middle", "large"] });
  expect(code).toBe(0);
});

test("reports and the page draw no barriers for a new mode that ignores order", async () => {
  await rig.run("run", "plan.exec.yaml", "--json");
  const { stdout } = await rig.run("report", "--format", "markdown");
  expect(stdout).toContain("largest-first");
  expect(stdout).not.toContain("-.->");
  const { stdout: lines } = await rig.run("status", "--watch", "--json");
  const graph = eventsOf(lines).find(({ event }) => event === "run.started") as unknown as RunGraph;
  const { placePlan } = await import(await tree.bundle("visualizations/page/plan-layout.ts"));
  const elk = (await import("elkjs/lib/elk.bundled.js")) as unknown as { default: new () => unknown };
  const { tasks, depends, barriers } = await placePlan(graph, new elk.default());
  expect([...tasks.keys()]).toEqual(["small", "middle", "large"]);
  expect([depends.line, barriers.line]).toEqual(["", ""]);
});
