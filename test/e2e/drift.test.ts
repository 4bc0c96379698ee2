import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { agentCommand, Rig } from "../rig.ts";

const schema = "### Task 1: Schema\n\nmake schema\n";
const plan = `# Shop\n\n${schema}\n### Task 2: Routes\n\n**Depends on:** none\n\nmake routes\n`;
/** The same with a task in between. */
const grown = `# Shop\n\n${schema}\n### Task 2: Migrations\n\n**Depends on:** none\n\nmake migrations\n\n### Task 3: Routes\n\n**Depends on:** none\n\nmake routes\n`;

let rig: Rig;
const derive = async (text = plan, file = "plan.md") => {
  await rig.file(file, text);
  expect(await rig.run("plan", file)).toMatchObject({ code: 0 });
};
const edit = (change: (text: string) => string) => (file: string) =>
  readFile(join(rig.dir, file), "utf8").then((text) => writeFile(join(rig.dir, file), change(text)));
/** Runs the derived manifest: all tasks pass but the one that fails. */
async function runFailing(failing: string, tasks: readonly string[], ...args: string[]) {
  const run = rig.command(["run", ...(args.length > 0 ? args : ["plan.exec.yaml"]), "--json"]);
  for (const task of tasks) await (await rig.agent(task)).exit(task === failing ? 1 : 0);
  expect(await run.ended).toMatchObject({ code: 1 });
}
const kept = async (...flags: string[]) =>
  JSON.parse((await rig.run("resume", "--dry-run", "--json", ...flags)).stdout).kept;

beforeEach(async () => {
  rig = await Rig.make({
    "interserve.config.yaml": `engine: command\nengines:\n  command:\n    run: ${JSON.stringify(agentCommand)}\n`,
  });
});
afterEach(() => rig.close());

describe("a task that only the plan has", () => {
  const message = 'a task of the plan is neither in the manifest nor left out by it: "task-2" (Migrations)';

  test("is a warning in check, show and a dry run, and keeps a run from starting", async () => {
    await derive();
    await rig.file("plan.md", grown);
    expect(await rig.run("check", "plan.exec.yaml")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`plan.md:7:1 warning plan-drift: ${message}`),
    });
    for (const args of [
      ["show", "plan.exec.yaml"],
      ["run", "plan.md", "--dry-run"],
    ])
      expect(await rig.run(...args)).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(`warning plan-drift: ${message}`),
      });
    for (const file of ["plan.exec.yaml", "plan.md"]) {
      const refused = await rig.run("run", file);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain(`error plan-drift: ${message}`);
      expect(refused.stderr).toContain("interserve plan PLAN --update");
      expect(refused.stderr).toContain("--allow-drift");
    }
    expect(rig.started()).toEqual([]);
    expect(await rig.runs()).toEqual([]);
  });

  test("is left out with --allow-drift, and the others get the sections of their titles", async () => {
    await derive();
    await rig.file("plan.md", grown);
    const run = rig.command(["run", "plan.exec.yaml", "--allow-drift", "--json"]);
    const routes = await rig.agent("task-2");
    expect(routes.prompt).toContain("make routes");
    expect(routes.prompt).not.toContain("make migrations");
    await routes.exit();
    await (await rig.agent("task-1")).exit();
    expect(await run.ended).toMatchObject({ code: 0 });
  });

  test("keeps a run from being resumed until the manifest has it", async () => {
    await derive();
    await runFailing("task-2", ["task-1", "task-2"]);
    await rig.file("plan.md", grown);
    const refused = await rig.run("resume");
    expect(refused).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(message) });
    expect(await rig.run("resume", "--dry-run")).toMatchObject({ code: 0 });
    expect(rig.started().sort()).toEqual(["task-1", "task-2"]);
  });

  test.each([
    [
      "that a person removed from the manifest",
      (text: string) => text.replace(/ {6}- id: task-2\n(?: {8}.*\n)*/, ""),
    ],
    [
      "that a comment leaves out",
      (text: string) =>
        `${text.replace(/^# .*\n/gm, "").replace(/ {6}- id: task-2\n(?: {8}.*\n)*/, "")}# Left out: task-2\n`,
    ],
    [
      "that the manifest has in parts",
      (text: string) =>
        text
          .replace(/^# .*\n/gm, "")
          .replace(/id: task-2\n.*\n/, "id: task-2a\n        prompt: routes of the shop\n"),
    ],
  ])("is no drift if it is one %s", async (_, change) => {
    await derive();
    await edit(change)("plan.exec.yaml");
    const { stdout } = await rig.run("check", "plan.exec.yaml");
    expect(stdout).toBe("1 manifest: valid (0 errors, 0 warnings)\n");
  });

  test("is no drift for a manifest with prompts of its own that has nothing of the plan", async () => {
    await rig.file("plan.md", plan);
    await rig.file(
      "plan.exec.yaml",
      "version: 1\nmode: all-parallel\nstages:\n  - name: A\n    tasks:\n      - id: a\n        prompt: do it\n",
    );
    const { stdout } = await rig.run("check", "plan.exec.yaml");
    expect(stdout).toBe("1 manifest: valid (0 errors, 0 warnings)\n");
  });
});

test("a task whose title no section of the plan has, while its id has another one, is an error that names both", async () => {
  await derive();
  await rig.file("plan.md", plan.replace("Task 2: Routes", "Task 2: Migrations"));
  for (const args of [["check"], ["run"], ["run", "--allow-drift"]]) {
    const { code, stdout, stderr } = await rig.run(...args, "plan.exec.yaml");
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(
      'error section-conflict: task "task-2" has the title "Routes", but in the plan "task-2" has the title "Migrations", and no task there has the title "Routes"',
    );
  }
  await edit((text) => text.replace("title: Routes", "title: Routes of the shop"))("plan.exec.yaml");
  await rig.file("plan.md", plan);
  expect(await rig.run("check", "plan.exec.yaml")).toMatchObject({ code: 0 });
});

test("a resumed run keeps tasks that were ticked, marked as done or reformatted in the plan", async () => {
  const steps = plan.replace("make schema", "- [ ] make schema\n- [ ] commit");
  await derive(steps);
  await runFailing("task-2", ["task-1", "task-2"]);
  const done = steps
    .replaceAll("- [ ]", "* [x]")
    .replace("Task 1: Schema", "Task 1: Schema ✅\n\n**Status:** done")
    .replaceAll("\n", "\r\n");
  await rig.file("plan.md", done);
  expect(await kept()).toEqual(["task-1"]);
  await rig.file("plan.md", steps.replace("make schema", "make a schema"));
  expect(await kept()).toEqual([]);
});

test("a resumed run of 0.1.0 keeps what has not changed since", async () => {
  await derive();
  await runFailing("task-2", ["task-1", "task-2"]);
  const { journal } = await rig.latestRun();
  const hash = (value: unknown) =>
    createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
  const old = { prompt: hash(["Schema", schema.trim(), undefined, []]) };
  const lines = (await readFile(journal, "utf8")).trim().split("\n");
  const first = lines.map((line) => {
    const { seq, sum, ...event } = JSON.parse(line);
    const { version, ...key } = event.key ?? {};
    return JSON.stringify(
      event.key ? { ...event, key: { ...key, ...(event.task === "task-1" ? old : {}) } } : event,
    );
  });
  await writeFile(journal, `${first.join("\n")}\n`);
  expect(await kept()).toEqual(["task-1"]);
});

describe.each([
  [
    "Kiro",
    "tasks.md",
    "# Plan\n\n- [ ] 1. Make the schema\n  - in sql\n  - _Requirements: 1.1_\n- [ ] 2. Make the routes\n  - in js\n  - _Requirements: 1.2_\n",
    "- [ ] 1.",
    "- [x] 1.",
    ["task-1", "task-2"],
  ],
  [
    "spec-kit",
    "tasks.md",
    "# Tasks\n\n## Phase 1: Setup\n\n- [ ] T001 Make the schema in schema.sql\n- [ ] T002 [P] Make the routes in routes.js\n",
    "- [ ] T001",
    "- [X] T001",
    ["task-t001", "task-t002"],
  ],
  [
    "Task Master",
    "tasks.json",
    JSON.stringify({
      tasks: [
        { id: 1, title: "Schema", description: "make it", status: "pending", dependencies: [] },
        { id: 2, title: "Routes", description: "make them", status: "pending", dependencies: [] },
      ],
    }),
    '"pending"',
    '"done"',
    ["task-1", "task-2"],
  ],
] as const)("a task that is marked as done in a plan of %s", (_, file, text, open, done, tasks) => {
  test("is kept when the run is resumed", async () => {
    await derive(text, file);
    await runFailing(tasks[1], tasks, "tasks.exec.yaml");
    await rig.file(file, text.replace(open, done));
    expect(await kept()).toEqual([tasks[0]]);
  });
});

describe("a task that was renumbered because another was inserted before it", () => {
  const pages = (number: number) =>
    `\n### Task ${number + 1}: Pages\n\n**Depends on:** Task ${number}\n\nuse the routes of task-${number}\n`;

  test("keeps its outcome and its attempts when the run is resumed, under its new id", async () => {
    await derive(`${plan}${pages(2)}`);
    const run = rig.command(["run", "plan.exec.yaml", "--json"]);
    const routes = await rig.agent("task-2");
    await routes.write("the routes are done\n");
    await (await rig.agent("task-1")).exit();
    await routes.exit();
    await (await rig.agent("task-3")).exit(1);
    expect(await run.ended).toMatchObject({ code: 1 });

    await rig.file("plan.md", `${grown}${pages(3)}`);
    expect(await rig.run("plan", "plan.md", "--update")).toMatchObject({ code: 0 });
    const renamed = [
      { task: "task-3", was: "task-2" },
      { task: "task-4", was: "task-3" },
    ];
    expect(JSON.parse((await rig.run("resume", "--dry-run", "--json")).stdout)).toMatchObject({
      kept: ["task-1", "task-3"],
      again: [
        { task: "task-2", reason: "has not run yet" },
        { task: "task-4", reason: "failed" },
      ],
      renamed,
    });

    const resumed = rig.command(["resume", "--json"]);
    const [, migrations] = await rig.agents("task-2", 2);
    await migrations?.write("the migrations are done\n");
    await migrations?.exit();
    const last = await rig.agent("task-4", 2);
    expect(last.prompt).toContain("the routes are done");
    await last.exit(1);
    expect(await resumed.ended).toMatchObject({ code: 1 });
    const again = JSON.parse((await rig.run("resume", "--dry-run", "--json")).stdout);
    expect(again).toEqual({
      run: expect.any(String),
      kept: ["task-1", "task-3", "task-2"],
      again: [{ task: "task-4", reason: "failed" }],
    });
    const { path } = await rig.latestRun();
    expect(await readFile(join(path, "tasks/task-2/1/output.md"), "utf8")).toContain("the routes are done");
    const status = JSON.parse((await rig.run("status", "--json")).stdout);
    expect(
      status.tasks.map(({ id, attempts }: { id: string; attempts: unknown[] }) => [id, attempts.length]),
    ).toEqual([
      ["task-1", 1],
      ["task-3", 1],
      ["task-2", 1],
      ["task-4", 2],
    ]);
  });
});

describe("a plan that is gone", () => {
  test("is an error where its tasks took their prompts from it, and --plan names it anew", async () => {
    await derive();
    await runFailing("task-2", ["task-1", "task-2"]);
    await rename(join(rig.dir, "plan.md"), join(rig.dir, "old.md"));
    for (const args of [["resume"], ["check", "plan.exec.yaml"], ["run", "plan.exec.yaml"]]) {
      const { code, stdout, stderr } = await rig.run(...args);
      expect(code).toBe(2);
      expect(stdout + stderr).toMatch(
        /cannot find the plan \S*plan\.md, from which tasks "task-1" and "task-2" took their prompts/,
      );
      expect(stdout + stderr).toContain("--plan FILE");
    }
    expect(await kept("--plan", "old.md")).toEqual(["task-1"]);
  });

  test("is an error for a handwritten manifest, too, once a run took prompts from it", async () => {
    await derive();
    await edit((text) => text.replace(/^# .*\n/gm, ""))("plan.exec.yaml");
    await runFailing("task-2", ["task-1", "task-2"]);
    await rig.file("plan.md", "");
    const { code, stderr } = await rig.run("resume");
    expect(code).toBe(2);
    expect(stderr).toContain('error section-not-found: task "task-1" has no section in the plan');
    await rename(join(rig.dir, "plan.md"), join(rig.dir, "empty.md"));
    expect(await rig.run("resume")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("cannot find the plan "),
    });
  });

  test("is named anew with --plan for a run without a manifest", async () => {
    await rig.file("plan.md", plan);
    await runFailing("task-2", ["task-1", "task-2"], "plan.md");
    await rename(join(rig.dir, "plan.md"), join(rig.dir, "old.md"));
    expect(await rig.run("resume")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--plan FILE"),
    });
    expect(await kept("--plan", "old.md")).toEqual(["task-1"]);
  });

  test("does not matter to a run that has read it", async () => {
    await derive(plan.replace("**Depends on:** none", "**Depends on:** Task 1"));
    const run = rig.command(["run", "plan.exec.yaml", "--json"]);
    const first = await rig.agent("task-1");
    await rename(join(rig.dir, "plan.md"), join(rig.dir, "old.md"));
    await first.exit();
    const second = await rig.agent("task-2");
    expect(second.prompt).toContain("make routes");
    await second.exit();
    expect(await run.ended).toMatchObject({ code: 0 });
  });
});

test("plan --update changes no byte if the plan has nothing new, even without a newline at the end", async () => {
  await derive();
  await edit((text) => text.trimEnd())("plan.exec.yaml");
  const before = await readFile(join(rig.dir, "plan.exec.yaml"), "utf8");
  expect((await rig.run("plan", "plan.md", "--update")).stdout).toContain("nothing new in the plan");
  expect(await readFile(join(rig.dir, "plan.exec.yaml"), "utf8")).toBe(before);
});
