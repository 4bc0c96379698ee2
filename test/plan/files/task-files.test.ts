import { describe, expect, test } from "vitest";
import { parsePlan } from "../../../src/plan/parse-plan.ts";

const taskWith = (body: string) => {
  const [task] = parsePlan(`# Plan\n\n### Task 1: Alpha\n\n${body}\n`, "plan.md").plan.tasks;
  if (!task) throw new Error("no task");
  return task;
};
const filesOf = (body: string) => taskWith(body).files;
const list = (...bullets: string[]) => `**Files:**\n${bullets.map((bullet) => `- ${bullet}`).join("\n")}\n`;

describe("files", () => {
  test("each verb says what the task does with them", () => {
    const text = list(
      "Create: `a.ts`",
      "Modify: `b.ts:12-40`",
      "Test: `c.test.ts`",
      "Edit: `d.ts`",
      "Read: `e.ts`",
    );
    expect(taskWith(text).uses).toEqual([
      { path: "a.ts", use: "create" },
      { path: "b.ts", use: "modify" },
      { path: "c.test.ts", use: "test" },
      { path: "d.ts", use: "modify" },
      { path: "e.ts", use: "read" },
    ]);
    expect(filesOf(text)).toEqual(["a.ts", "b.ts", "c.test.ts", "d.ts"]);
  });
  test("a word in brackets says it as well", () => {
    const text = list("`a.ts` (new)", "`b.ts` (modify — the parser)", "`c.ts` (read-only)", "Keep: `d.ts`");
    expect(taskWith(text).uses).toEqual([
      { path: "a.ts", use: "create" },
      { path: "b.ts", use: "modify" },
      { path: "c.ts", use: "read" },
      { path: "d.ts", use: "read" },
    ]);
    expect(taskWith(list("Modify: `a.ts` (new helper)")).uses).toEqual([{ path: "a.ts", use: "modify" }]);
  });
  test.each([
    ["several paths", "Modify: `a.ts`, `b.ts` and `c.ts`", ["a.ts", "b.ts", "c.ts"]],
    ["braces", "Modify: `src/{a,b}/x.{js,ts}`", ["src/a/x.js", "src/a/x.ts", "src/b/x.js", "src/b/x.ts"]],
    ["a glob", "Modify: `src/*.ts`", ["src/*.ts"]],
    ["trailing prose", "Create: `a.ts` — as in `other.ts`", ["a.ts"]],
    ["ranges", "Modify: `a.ts:12-40, 50`, `b.ts#L3-L9`", ["a.ts", "b.ts"]],
    ["an example", "Modify: one of them (e.g., `a.ts`)", []],
    ["a condition", "Modify: `a.ts` (if needed)", []],
    ["a condition behind a remark", "Modify: `a.ts` (drop the old name if confirmed)", []],
    ["a test of another task", "Test: `a.test.ts` (created in Task 2)", []],
    ["what files are made from", "Create: pages generated from `data/*.json`", []],
    ["a place to write in", "Create: three files in `data/`", ["data/"]],
    ["a place to read in", "Read: the files in `data/`", []],
    ["a file that keeps a directory", "Create: `a/.gitkeep`, `b.ts`", ["b.ts"]],
    ["a name yet to be given", "Create: `db/YYYYMMDD_add.sql`, `db/xxxx_add.py`", []],
    ["the home directory", "Modify: `~/.config/tool.json`", []],
    ["a test that is there", "Test: `a.test.ts` (exists)", ["a.test.ts"]],
  ])("%s", (_, bullet, expected) => {
    expect(filesOf(list(bullet))).toEqual(expected);
  });
  test("what it commits it has written, from where it commits it, but for lock files", () => {
    const script = "```bash\ncd pkg && git add src/new.ts go.sum \\\n  docs/a.md\ngit add -A .\n```";
    expect(filesOf(`${list("Modify: `pkg/src/old.ts`")}\n${script}`)).toEqual([
      "pkg/src/old.ts",
      "pkg/src/new.ts",
      "pkg/docs/a.md",
    ]);
  });
  test("a package's own file that is committed with its lock file was written along the way", () => {
    const commit = (files: string) => filesOf(`\`\`\`bash\ngit add ${files}\n\`\`\``);
    expect(commit("a/x.go a/go.mod a/go.sum")).toEqual(["a/x.go"]);
    expect(commit("a/x.go a/go.mod b/go.sum")).toEqual(["a/x.go", "a/go.mod"]);
  });
  test("what stands in a heading comment of a code block, from where the task's other files stand", () => {
    const code = "```go\n// in/a.go\npackage a\n\n// in/b.go\npackage b\n// not in/c.go alone\n```";
    expect(filesOf(code)).toEqual(["in/a.go", "in/b.go"]);
    expect(filesOf(`${list("Create: `sub/in/a.go`")}\n${code}`)).toEqual(["sub/in/a.go", "sub/in/b.go"]);
  });
  test("what a step says that it writes", () => {
    expect(
      filesOf(
        "**Step 2: Write `src/extra.ts`**\n\nAdd to `test/x.test.ts`:\n\nIn `src/y.ts`, replace it.\n\nIn `src/z.ts` is no error.\n\nRun `src/no.ts`.",
      ),
    ).toEqual(["src/extra.ts", "test/x.test.ts", "src/y.ts"]);
  });
  test("steps of a task that writes a whole directory write in it, or where their paths start as its own does", () => {
    const steps = "Create `docs/a.md`:\n\nEdit `pkg/index.ts`:\n\nCreate `pkg/new/b.ts`:";
    expect(filesOf(`${list("Create: `pkg/new/`")}\n${steps}`)).toEqual(["pkg/new/", "pkg/index.ts"]);
  });
  test("what it only reads, where it writes nothing", () => {
    expect(filesOf(list("Read: `a.ts`, `b.ts`", "Run: `npm test`"))).toEqual(["a.ts", "b.ts"]);
  });
  test("a brace of a thousand alternatives stays as it is", () => {
    const brace = `{${Array.from({ length: 999 }, (_, at) => at).join(",")}}.ts`;
    expect(filesOf(list(`Create: \`${brace}\``))).toEqual([brace]);
  });
});

describe("verify blocks", () => {
  const verifyOf = (inner: string) => taskWith(`<verify>\n${inner}\n</verify>`).verify;
  test("commands with what must hold", () => {
    expect(
      verifyOf('- run: `npm test`\n  expect: exit 0\n- run: `cat x`\n  expect: contains "OK"\n- run: ls'),
    ).toEqual([
      { run: "npm test", expect: "exit 0" },
      { run: "cat x", expect: 'contains "OK"' },
      { run: "ls", expect: "exit 0" },
    ]);
  });
  test("an expectation in other words is no command of ours", () => {
    expect(verifyOf("- run: `x`\n  expect: it looks nice")).toEqual([]);
  });
});

test("tasks have the heading that they stand under, where there are several", () => {
  const {
    plan: { tasks },
  } = parsePlan("# P\n\n## Phase 1\n\n### Task 1: A\n\n## Phase 2\n\n### Task 2: B\n", "plan.md");
  expect(tasks.map(({ group }) => group)).toEqual(["Phase 1", "Phase 2"]);
  const { tasks: alone } = parsePlan("# P\n\n## Tasks\n\n### Task 1: A\n\n### Task 2: B\n", "plan.md").plan;
  expect(alone.map(({ group }) => group)).toEqual([undefined, undefined]);
});

test("text and code of a task are told apart, in lists too, and so are those outside of tasks", () => {
  const { plan } = parsePlan(
    "# P\n\nBefore.\n\n### Task 1: A\n\nText.\n\n- item\n  ```go\n  func X() {}\n  ```\n\n## After\n\n```\ndrawing\n```\n",
    "p.md",
  );
  expect(plan.tasks[0]).toMatchObject({ code: [{ language: "go", text: "func X() {}" }] });
  expect(plan.tasks[0]?.prose).toContain("Text.");
  expect(plan.tasks[0]?.prose).not.toContain("func");
  expect(plan.prose).toContain("Before.");
  expect(plan.prose).not.toContain("Text.");
  expect(plan.code).toEqual([{ language: "", text: "drawing" }]);
});
