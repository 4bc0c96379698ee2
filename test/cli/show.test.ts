import { parse } from "@ts-graphviz/ast";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { manifestOf, Rig } from "../rig.ts";

const plan = `version: 1
mode: dependency-driven
max_parallel: 3
stages:
  - name: Base
    tasks:
      - {id: a, title: First, run: "true", files: [src/x.ts]}
      - {id: b, tier: fast, files: [src], prompt: do it}
  - name: Rest
    tasks:
      - {id: c, depends: [a], engine: dispatch, prompt: do it}
      - {id: d, title: d, prompt: do it}
`;

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({ "p.exec.yaml": plan });
});
afterEach(() => rig.close());

const task = (id: string, rest: object) => ({
  id,
  title: id,
  stage: "Base",
  depends: [],
  waits_for: [],
  files: [],
  tier: "deep",
  engine: "codex",
  ...rest,
});
const facts = {
  mode: "dependency-driven",
  max_parallel: 3,
  tasks: [
    task("a", { title: "First", files: ["src/x.ts"], engine: "command" }),
    task("b", { files: ["src"], tier: "fast" }),
    task("c", { stage: "Rest", depends: ["a"], waits_for: ["a", "b"], engine: "dispatch" }),
    task("d", { stage: "Rest", waits_for: ["a", "b"] }),
  ],
  waves: [
    ["a", "b"],
    ["c", "d"],
  ],
  critical_path: ["a", "c"],
  conflicts: [{ file: "src/x.ts", tasks: ["a", "b"] }],
  barriers: [{ stage: "Base", holds_back: ["d"] }],
};

test.each([
  ["show", []],
  ["run", ["--dry-run"]],
])("%s --json has the shape of the contract", async (command, flags) => {
  const { code, stdout, stderr } = await rig.run(command, "p.exec.yaml", ...flags, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual(facts);
  expect(Object.keys(JSON.parse(stdout))).toEqual(Object.keys(facts));
});

test("show and a dry run print the same", async () => {
  const shown = await rig.run("show", "p.exec.yaml");
  expect(shown).toEqual(await rig.run("run", "p.exec.yaml", "--dry-run"));
  expect(shown.stdout).toBe(`dependency-driven, 4 tasks, at most 3 at once

  wave 1
    a First (command, deep)
    b (codex, fast)
  wave 2
    c ← a (dispatch, deep)
    d (codex, deep)

longest chain (2 tasks): a → c
tasks that share a file never run at the same time:
  src/x.ts: a, b
stage_barriers: relaxed would save no time
if a stage does not pass, later tasks that name no \`depends\` are skipped, and what depends on them:
  Base: 1 task (d)
`);
});

test("flags override the manifest", async () => {
  const flags = ["--max-parallel", "7", "--engine", "command", "--mode", "manual-batching", "--json"];
  const { stdout } = await rig.run("show", "p.exec.yaml", ...flags);
  const shown = JSON.parse(stdout);
  expect(shown).toMatchObject({ mode: "manual-batching", max_parallel: 7 });
  expect(shown.tasks.map(({ engine }: { engine: string }) => engine)).toEqual([
    "command",
    "command",
    "dispatch",
    "command",
  ]);
});

test("all-parallel puts all tasks in one wave and warns that dependencies are ignored", async () => {
  const { code, stdout, stderr } = await rig.run("show", "p.exec.yaml", "--mode", "all-parallel", "--json");
  expect(code).toBe(0);
  const shown = JSON.parse(stdout);
  for (const { waits_for } of shown.tasks) expect(waits_for).toEqual([]);
  expect(shown.waves).toEqual([["a", "b", "c", "d"]]);
  expect(stderr).toContain("warning dependencies-ignored");
});

test("all-sequential shows one task at a time", async () => {
  const { stdout } = await rig.run("show", "p.exec.yaml", "--mode", "all-sequential");
  expect(stdout).toContain("all-sequential, 4 tasks, one at a time\n");
  expect(stdout.match(/^ {2}step \d$/gm)).toHaveLength(4);
});

describe("what relaxed stage barriers would save", () => {
  test("is given in units of a task's time", async () => {
    await rig.file("q.exec.yaml", plan.replace("title: d", "depends: [a]"));
    expect((await rig.run("show", "q.exec.yaml")).stdout).toContain(
      "stage_barriers: relaxed would take 2 units of time instead of 3 (33 % less), if every task takes one\n",
    );
  });

  test.each(["--mode all-sequential", "--mode manual-batching"])(
    "is left out with %s, where barriers do not matter",
    async (flags) => {
      expect((await rig.run("show", "p.exec.yaml", ...flags.split(" "))).stdout).not.toContain("relaxed");
    },
  );
});

describe("what a stage would hold back if it did not pass", () => {
  const stages: Record<string, string>[] = [
    { a: "", b: "a" },
    { c: "a", d: "", e: "d" },
    { f: "", g: "f", h: "b" },
  ];
  const show = async (...flags: string[]) => (await rig.run("show", "q.exec.yaml", ...flags)).stdout;
  const barriers = async (...flags: string[]) => JSON.parse(await show("--json", ...flags)).barriers;

  test.each(["dependency-driven", "all-sequential"])(
    "is, in mode %s, the later tasks that name no dependency and what depends on them",
    async (mode) => {
      await rig.file("q.exec.yaml", manifestOf(stages));
      expect(await barriers("--mode", mode)).toEqual([
        { stage: "stage 1", holds_back: ["d", "e", "f", "g"] },
        { stage: "stage 2", holds_back: ["f", "g"] },
      ]);
    },
  );

  test("is nothing where all tasks name their dependencies, and show says so", async () => {
    await rig.file("q.exec.yaml", manifestOf([{ a: "" }, { b: "a" }]));
    expect(await barriers()).toEqual([{ stage: "stage 1", holds_back: [] }]);
    expect(await show()).toContain("a failure skips only the tasks that depend on it: all others name");
  });

  test("is nothing in manual-batching, and does not exist in all-parallel", async () => {
    await rig.file("q.exec.yaml", manifestOf(stages));
    const batched = await barriers("--mode", "manual-batching");
    expect(batched.flatMap(({ holds_back }: { holds_back: string[] }) => holds_back)).toEqual([]);
    expect(await barriers("--mode", "all-parallel")).toEqual([]);
    expect(await show("--mode", "manual-batching")).not.toContain("skip");
  });

  test("is named up to five tasks, and counted", async () => {
    const later = Object.fromEntries("bcdefgh".split("").map((id) => [id, ""]));
    await rig.file("q.exec.yaml", manifestOf([{ a: "" }, later]));
    expect(await show()).toContain("  stage 1: 7 tasks (b, c, d, e, f and 2 more)\n");
  });
});

test("tasks that share a file are no conflict if one depends on the other", async () => {
  await rig.file("q.exec.yaml", plan.replace("id: b,", "id: b, depends: [a],"));
  expect(JSON.parse((await rig.run("show", "q.exec.yaml", "--json")).stdout).conflicts).toEqual([]);
});

const hostileTitles = [
  'say "hi" and \\"bye\\" \\',
  "two\nlines\r\nand\ttabs",
  "[a] {b} (c) <d> |e| &amp; #35; ; --> x",
  "`code`",
  "**bold** $$x$$ %% no comment",
  "1. a list",
  "\u001b[31mred\u202e",
  "end",
];
const hostile = `version: 1
mode: dependency-driven
stages:
${['one" ]', "`two`"]
  .map(
    (name, stage) => `  - name: ${JSON.stringify(name)}
    tasks:
${hostileTitles.map((title, at) => `      - {id: ${JSON.stringify(`t${stage}.${at}`)}, title: ${JSON.stringify(title)}${stage ? `, depends: ["t0.${at}"]` : ""}}`).join("\n")}
`,
  )
  .join("")}      - {id: "end; t0 --> t1"}
`;

interface Node {
  readonly type: string;
  readonly children?: readonly Node[];
  readonly key?: { readonly value: string };
  readonly value?: { readonly value: string };
}

describe("--dot", () => {
  test("any titles give a graph that a parser reads correctly", async () => {
    await rig.file("h.exec.yaml", hostile);
    const { code, stdout } = await rig.run("show", "h.exec.yaml", "--dot");
    expect(code).toBe(0);
    const kinds = new Map<string, number>();
    const labels: string[] = [];
    const visit = (node: Node): void => {
      kinds.set(node.type, (kinds.get(node.type) ?? 0) + 1);
      if (node.type === "Attribute" && node.key?.value === "label") labels.push(node.value?.value ?? "");
      node.children?.forEach(visit);
    };
    visit(parse(stdout) as unknown as Node);
    expect(kinds.get("Subgraph")).toBe(2);
    expect(kinds.get("Node")).toBe(17);
    // Eight named dependencies, and one from each task of the first stage to the task that names none.
    expect(kinds.get("Edge")).toBe(8 + 8);
    expect(stdout.match(/style=dashed/g)).toHaveLength(8);
    expect(labels).toContain(String.raw`t0.0: say "hi" and \\"bye\\" \\`);
    expect(labels).toContain("t0.1: two lines and tabs");
    // Graphviz reads HTML entities in plain labels too.
    expect(labels).toContain("t0.2: [a] {b} (c) <d> |e| &amp;amp; #35; ; --> x");
    expect(stdout).not.toContain("\u001b");
  });

  test("a small graph is exactly this", async () => {
    expect((await rig.run("show", "p.exec.yaml", "--dot")).stdout).toBe(`digraph plan {
  rankdir=LR; node [shape=box];
  subgraph cluster_0 {
    label="Base";
    t0 [label="a: First", penwidth=3];
    t1 [label="b"];
  }
  subgraph cluster_1 {
    label="Rest";
    t2 [label="c", penwidth=3];
    t3 [label="d"];
  }
  t0 -> t2;
  t0 -> t3 [style=dashed];
  t1 -> t3 [style=dashed];
}
`);
  });
});

describe("--mermaid", () => {
  test("a small graph is exactly this", async () => {
    expect((await rig.run("show", "p.exec.yaml", "--mermaid")).stdout).toBe(`flowchart LR
  subgraph s0 ["Base"]
    t0["a: First"]
    t1["b"]
  end
  subgraph s1 ["Rest"]
    t2["c"]
    t3["d"]
  end
  t0 --> t2
  t0 -.-> t3
  t1 -.-> t3
  classDef longest stroke-width:3px
  class t0,t2 longest
`);
  });

  test("no title can end its label, start markup or add a line", async () => {
    await rig.file("h.exec.yaml", hostile);
    const lines = (await rig.run("show", "h.exec.yaml", "--mermaid")).stdout.split("\n");
    for (const line of lines) {
      expect(line).toMatch(
        /^$|^flowchart LR$|^ {2}subgraph s\d \["[^"`<>*$\\]*"\]$|^ {4}t\d+\["[^"`<>*$\\]*"\]$|^ {2}end$|^ {2}t\d+ (-->|-\.->) t\d+$|^ {2}class(Def)? [\w ,:-]+$/,
      );
    }
    expect(lines).toContain('  subgraph s0 ["one#34; ]"]');
    expect(lines).toContain('  subgraph s1 ["#96;two#96;"]');
    expect(lines).toContain('    t0["t0.0: say #34;hi#34; and #92;#34;bye#92;#34; #92;"]');
    expect(lines).toContain('    t1["t0.1: two lines and tabs"]');
    expect(lines).toContain('    t2["t0.2: [a] {b} (c) #60;d#62; |e| #38;amp; #35;35; ; --#62; x"]');
  });

  test("a label that starts like a list, which Mermaid rejects, is escaped", async () => {
    await rig.file(
      "l.exec.yaml",
      plan.replace("name: Base", 'name: "1. Base"').replace("id: d, title: d", "id: '- d'"),
    );
    const { stdout } = await rig.run("show", "l.exec.yaml", "--mermaid");
    expect(stdout).toContain('["1#46; Base"]');
    expect(stdout).toContain('["#45; d"]');
  });
});

test("--json, --mermaid and --dot exclude each other", async () => {
  for (const flags of [
    ["--json", "--dot"],
    ["--mermaid", "--dot"],
    ["--mermaid", "--json"],
  ]) {
    const { code, stdout, stderr } = await rig.run("show", "p.exec.yaml", ...flags);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("cannot be used with");
  }
});

test("an absolute path in the project and the relative path are the same file", async () => {
  const file = `${rig.dir}/src/x.ts`;
  await rig.file("abs.exec.yaml", plan.replace("files: [src]", `files: ["${file}", /elsewhere/x.ts]`));
  const { stdout } = await rig.run("show", "abs.exec.yaml", "--json");
  const { tasks, conflicts } = JSON.parse(stdout);
  expect(conflicts).toEqual([{ file: "src/x.ts", tasks: ["a", "b"] }]);
  expect(tasks[1].files).toEqual(["src/x.ts", "/elsewhere/x.ts"]);
});
