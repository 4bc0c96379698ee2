import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { corpus, expectedPlans, hasCorpus } from "../corpus.ts";
import { Rig } from "../rig.ts";

const good = `version: 1
mode: dependency-driven
stages:
  - name: A
    tasks:
      - id: a
`;
const bad = `version: 1
mode: dependency-drivn
stages:
  - name: A
    tasks:
      - id: a
        depends: [b]
      - id: a
        titel: "x"
`;

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({ "good.exec.yaml": good, "bad.exec.yaml": bad });
});
afterEach(() => rig.close());

test("a valid manifest prints one line and exits with 0", async () => {
  expect(await rig.run("check", "good.exec.yaml")).toEqual({
    code: 0,
    stdout: "1 manifest: valid (0 errors, 0 warnings)\n",
    stderr: "",
  });
});

test("every problem is listed with its place, source line, squiggle, hint and related place; exit 2", async () => {
  const { code, stdout, stderr } = await rig.run("check", "bad.exec.yaml");
  expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
  expect(
    stdout,
  ).toBe(`bad.exec.yaml:2:7 error unknown-mode: "mode" must be one of all-parallel, all-sequential, dependency-driven or manual-batching, found "dependency-drivn"
  2 | mode: dependency-drivn
    |       ~~~~~~~~~~~~~~~~
  hint: did you mean "dependency-driven"?

bad.exec.yaml:7:19 error unknown-dependency: task "a" depends on unknown task "b"
  7 |         depends: [b]
    |                   ~
  hint: the tasks are "a"

bad.exec.yaml:8:13 error duplicate-task: duplicate task id "a"
  8 |       - id: a
    |             ~
  hint: give each task its own id
  bad.exec.yaml:6:13 first used here
  6 |       - id: a
    |             ~

bad.exec.yaml:9:9 warning unknown-key: unknown key "titel" in task "a": it is ignored
  9 |         titel: "x"
    |         ~~~~~
  hint: did you mean "title"?

1 manifest: not valid (3 errors, 1 warning)
`);
});

describe("--json", () => {
  test("a valid manifest has no problems", async () => {
    const { code, stdout } = await rig.run("check", "good.exec.yaml", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ valid: true, problems: [] });
  });

  test("problems have seven keys, and related places if there are any", async () => {
    const { code, stdout } = await rig.run("check", "bad.exec.yaml", "--json");
    expect(code).toBe(2);
    const { valid, problems, ...rest } = JSON.parse(stdout);
    expect({ valid, rest }).toEqual({ valid: false, rest: {} });
    expect(problems).toHaveLength(4);
    expect(problems[1]).toEqual({
      code: "unknown-dependency",
      severity: "error",
      message: 'task "a" depends on unknown task "b"',
      file: "bad.exec.yaml",
      line: 7,
      column: 19,
      hint: 'the tasks are "a"',
    });
    for (const problem of problems) {
      const keys = Object.keys(problem).filter((key) => key !== "related");
      expect(keys).toEqual(["code", "severity", "message", "file", "line", "column", "hint"]);
    }
    expect(problems[2].related).toEqual([
      { message: "first used here", file: "bad.exec.yaml", line: 6, column: 13 },
    ]);
  });

  test("a problem without a hint has the hint null", async () => {
    await rig.file("x.exec.yaml", "a: [\n");
    const { stdout } = await rig.run("check", "x.exec.yaml", "--json");
    for (const { hint } of JSON.parse(stdout).problems) expect(hint === null || hint.length > 0).toBe(true);
  });

  test("a manifest with nothing but warnings is valid, with exit 0", async () => {
    await rig.file("w.exec.yaml", `${good}owner: me\n`);
    const { code, stdout } = await rig.run("check", "w.exec.yaml", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, problems: [{ severity: "warning" }] });
  });
});

test("several manifests share one verdict, and each problem names its file", async () => {
  const { code, stdout } = await rig.run(
    "check",
    "good.exec.yaml",
    "bad.exec.yaml",
    "gone.exec.yaml",
    "--json",
  );
  expect(code).toBe(2);
  const files = JSON.parse(stdout).problems.map(({ file }: { file: string }) => file);
  expect([...new Set(files)]).toEqual(["bad.exec.yaml", "gone.exec.yaml"]);
  const text = await rig.run("check", "good.exec.yaml", "good.exec.yaml");
  expect(text).toMatchObject({ code: 0, stdout: "2 manifests: valid (0 errors, 0 warnings)\n" });
});

test("a prompt_file that cannot be read is a problem at its place", async () => {
  await rig.file("prompts/good.md", "Do it.");
  const manifest = `${good}        prompt_file: prompts/good.md
      - id: b
        prompt_file: prompts/gone.md
      - id: c
        prompt_file: prompts
`;
  await rig.file("p.exec.yaml", manifest);
  const { code, stdout } = await rig.run("check", "p.exec.yaml", "--json");
  expect(code).toBe(2);
  const { problems } = JSON.parse(stdout);
  expect(problems).toMatchObject([
    { code: "prompt-file-unreadable", line: 9, column: 22 },
    { code: "prompt-file-unreadable", line: 11, column: 22 },
  ]);
  for (const command of ["show", "run"]) {
    const { code, stderr } = await rig.run(command, "p.exec.yaml");
    expect(code).toBe(2);
    expect(stderr.match(/prompt-file-unreadable/g)).toHaveLength(2);
  }
});

test("text of a manifest is printed without its escape sequences", async () => {
  await rig.file("e.exec.yaml", 'version: 1\nmode: "\\e[2J\\e]0;owned\\a"\nstages: []\n"\\u202Ekey": 1\n');
  const { stdout } = await rig.run("check", "e.exec.yaml");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test("colours appear only in a terminal or on request", async () => {
  const plain = await rig.command(["check", "bad.exec.yaml"], { NO_COLOR: "" }).ended;
  expect(plain.stdout).not.toContain("\u001b");
  const coloured = await rig.command(["check", "bad.exec.yaml"], { NO_COLOR: "", FORCE_COLOR: "1" }).ended;
  expect(coloured.stdout).toContain("\u001b[");
});

test.each(["release-notes", "every-outcome"])("the example %s is valid", async (name) => {
  const path = fileURLToPath(new URL(`../../examples/${name}/plan.exec.yaml`, import.meta.url));
  expect(await rig.run("check", path)).toMatchObject({ code: 0 });
});

test.skipIf(!hasCorpus)("every manifest of the corpus is valid", async () => {
  const paths = expectedPlans().map(({ name }) => `${corpus}/${name}.exec.yaml`);
  const { code, stdout } = await rig.run("check", ...paths);
  expect({ code, last: stdout.trim().split("\n").at(-1) }).toMatchObject({
    code: 0,
    last: expect.stringMatching(`${paths.length} manifests: valid \\(0 errors, `),
  });
});

describe("a task without a section in the plan and without a prompt", () => {
  const plan = "### Task 1: Tokenizer\n\n### Task 2: Counter of words\n";
  const manifest = `version: 1
mode: all-parallel
stages:
  - name: A
    tasks:
      - id: task-1
      - id: two
        title: Counter of word
      - id: other
        prompt_hint: all there is to say
      - id: last
        run: "true"
      - id: lost
`;
  test("is reported at its place, with the task of the plan that may be meant", async () => {
    await rig.file("plan.md", plan);
    await rig.file("plan.exec.yaml", manifest);
    const checked = await rig.run("check", "plan.exec.yaml");
    expect(checked).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("valid (0 errors, 3 warnings)"),
    });
    expect(checked.stdout).toContain(
      'plan.exec.yaml:7:13 warning section-not-found: task "two" has no section in the plan and no prompt: its agent gets only the title\n',
    );
    expect(checked.stdout).toContain(
      'give it the id of the plan\'s "task-2" ("Counter of words"), if that is the one; otherwise',
    );
    expect(checked.stdout).toContain('warning section-not-found: task "lost"');
    for (const args of [
      ["run", "plan.exec.yaml", "--dry-run"],
      ["show", "plan.md"],
    ]) {
      const { code, stderr } = await rig.run(...args);
      expect({ code, said: stderr.match(/section-not-found: task "\w+"/g) }).toEqual({
        code: 0,
        said: ['section-not-found: task "two"', 'section-not-found: task "lost"'],
      });
    }
  });

  test("is reported once for a manifest without a plan", async () => {
    await rig.file("alone.exec.yaml", manifest);
    const { stderr } = await rig.run("run", "alone.exec.yaml", "--dry-run");
    expect(stderr.match(/warning \S+: .*/g)).toEqual([
      'warning plan-not-found: there is no plan and no prompt for task "task-1" and 2 more: the agent gets only a title',
    ]);
    expect((await rig.run("check", "alone.exec.yaml")).stdout).toContain("0 warnings");
  });
});
