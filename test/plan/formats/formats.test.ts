import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { derive } from "../../../src/derive/derive.ts";
import { buildManifest } from "../../../src/derive/derived-manifest.ts";
import { writtenIn } from "../../../src/plan/formats/paths.ts";
import { readPlan } from "../../../src/plan/read-plan.ts";
import { cpuTime } from "../../cpu-time.ts";

const plans = fileURLToPath(new URL("../../fixtures/plans", import.meta.url));

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "formats-"));
});
afterAll(() => rm(scratch, { recursive: true }));

/** The plan of a text that stands in a file of its own, and what is wrong with it. */
async function readText(text: string, name = "tasks.md") {
  const file = join(scratch, name);
  await writeFile(file, text);
  const { plan, problems } = await readPlan(file);
  return {
    tasks: plan?.tasks ?? [],
    problems: problems.map(
      ({ code, message, place }) => `${basename(place.file)}:${place.line} ${code}: ${message}`,
    ),
  };
}

/** The manifest of a fixture, a line a task, and what is wrong with the plan. */
async function imported(name: string) {
  const { plan, problems } = await readPlan(join(plans, name));
  if (!plan) throw new Error("no plan");
  const { manifest } = buildManifest(plan, derive(plan));
  const lines = manifest.stages.flatMap((stage) => [
    `[${stage.name}]`,
    ...stage.tasks.map(({ id, depends, files }) =>
      [id, ...(depends.length > 0 ? ["<-", depends.join(" ")] : []), ...files].join(" "),
    ),
  ]);
  return {
    plan,
    lines,
    mode: manifest.mode,
    problems: problems.map(({ code, message }) => `${code}: ${message}`),
  };
}

test("a superpowers plan: interfaces, verify blocks, committed files", async () => {
  const { plan, lines, problems } = await imported("superpowers.md");
  expect(problems).toEqual([]);
  expect(lines).toEqual([
    "[Stage 1]",
    "task-1 src/tokenizer.ts test/tokenizer.test.ts package.json",
    "[Stage 2]",
    "task-2 <- task-1 src/settings.ts",
    "task-3 <- task-1 src/counter.ts src/index.ts",
    "[Stage 3]",
    "task-4 <- task-2 task-3",
  ]);
  expect(plan.tasks[2]?.verify).toEqual([
    { run: "npm test", expect: "exit 0" },
    { run: "node src/index.js README.md", expect: 'contains "words"' },
  ]);
});

test("spec-kit's tasks.md: phases are stages, [P] runs together, and what contradicts it is said", async () => {
  const { plan, lines, problems } = await imported("spec-kit.md");
  expect(lines).toEqual([
    "[Phase 1: Setup (Shared Infrastructure)]",
    "task-t002 biome.json",
    "[Phase 2: Foundational]",
    "task-t003 src/models/note.ts",
    "task-t004 src/models/tag.ts",
    "task-t005 <- task-t003 src/store.ts",
    "task-t006 <- task-t005 src/routes.ts",
    "[Phase 3: User Story 1 - Notes]",
    "task-t007 src/pages/notes.ts",
    "task-t008 src/pages/notes.ts",
    "task-t009 src/pages/counts.ts",
  ]);
  expect(problems).toEqual([
    'unknown-dependency: "T009" depends on "T099", which is not in the plan',
    'claim-contradicted: "T007" and "T008" are marked [P] side by side, so they should run in parallel, but all write "src/pages/notes.ts"',
  ]);
  expect(plan.tasks[0]).toMatchObject({
    number: "T002",
    title: "Add linter configuration in biome.json",
    line: 6,
  });
});

test("GSD's plans of a phase: waves are stages, dependencies on other phases lie behind", async () => {
  const { plan, lines, problems } = await imported("gsd/03-03-PLAN.md");
  expect(lines).toEqual([
    "[Wave 1]",
    "task-03-01 src/index.ts src/query.ts",
    "task-03-02 src/index.ts",
    "[Wave 2]",
    "task-03-03 <- task-03-01 task-03-02 src/page.ts",
  ]);
  expect(problems).toEqual([
    'claim-contradicted: "03-01" and "03-02" are in wave 1, so they should run in parallel, but all write "src/index.ts"',
  ]);
  expect(plan.tasks.map(({ title }) => title)).toEqual(["Parse queries", "Rank results", "Show results"]);
  expect(plan.tasks[0]?.section).toContain("Task 1: Parser");
});

test("Task Master's tasks.json: dotted subtasks, tasks that are done, dangling dependencies, tags", async () => {
  const { lines, mode, problems } = await imported("tasks.json");
  expect(lines).toEqual([
    "[Stage 1]",
    "task-2.1 db/schema.sql",
    "[Stage 2]",
    "task-2.2 <- task-2.1 src/queries.ts",
    "[Stage 3]",
    "task-3 <- task-2.1 task-2.2",
  ]);
  expect(mode).toBe("all-sequential");
  expect(problems).toEqual([
    "plan-syntax: only tag master of this file is read, not later",
    'unknown-dependency: "3" depends on "9", which is not in the plan',
  ]);
});

test("Kiro's tasks.md: innermost entries are tasks, the wave graph gives stages", async () => {
  const { lines, problems } = await imported("kiro.md");
  expect(lines).toEqual(["[Wave 1]", "task-1.1 db/schema.sql", "task-2.2 db/schema.sql src/page.ts"]);
  expect(problems).toEqual([
    'task-left-out: tasks marked as optional are left out: "1.2"',
    'claim-contradicted: "1.1" and "2.2" are in wave 1, so they should run in parallel, but all write "db/schema.sql"',
  ]);
});

describe("as authors write them", () => {
  test("spec-kit: files are what is written, not what is read, quoted or a member; any heading is a stage", async () => {
    const { plan, lines, problems } = await imported("spec-kit-prose.md");
    expect(lines).toEqual([
      "[Phase 1: Setup]",
      "task-t001",
      "[Phase 2: Foundational]",
      "task-t002 src/counts/types.ts",
      "task-t003 tailwind.config.js .eslintrc.json docker-compose.test.yml",
      "task-t004 <- task-t002 src/counts/mock.ts",
      "task-t005 <- task-t003 src/sites.ts",
      "task-t006 <- task-t002 src/list/SiteList.vue",
      "task-t007 <- task-t002 task-t003 task-t004 task-t006 src/list/SiteList.vue",
      "[Addendum]",
      "task-t008 quickstart.md docs/notes.md",
      "task-t008-2 <- task-t008",
    ]);
    expect(problems).toEqual([]);
    expect(plan.tasks.map(({ title }) => title)).toMatchObject([
      "Run npm test at the root and write down what fails, so that later phases know where they began and nobody looks for an…",
      "Create src/counts/types.ts with Count and Site, matching docs/api.yaml exactly as per research.md (data-model.md,…",
      "Configure styles in tailwind.config.js, .eslintrc.json and docker-compose.test.yml for Node.js",
      {},
      "Keep sites in src/sites.ts. Must run after T003",
      "Write counts with SiteList.vue to src/list/SiteList.vue",
      "Show the total in SiteList.vue",
      {},
      {},
    ]);
  });

  test("GSD: names of phases in ids, frontmatter that is no YAML elsewhere, a list that is one entry", async () => {
    const { plan, lines, problems } = await imported("gsd-named/7-tide-table-02-PLAN.md");
    expect(lines).toEqual([
      "[Wave 1]",
      "task-7-01 src/tide.ts",
      "[Wave 2]",
      "task-7-02 <- task-7-01",
      "[Wave 3]",
      "task-7-03 <- task-7-02",
    ]);
    expect(problems).toEqual([]);
    expect(plan.tasks.map(({ title }) => title)).toEqual([
      "Read tides.",
      "Show the tides of a day, of a week and of a month, each on a page of its own that can be printed, and name the sources…",
      "Print",
    ]);
    expect((await imported("gsd-named/250101-abc-PLAN.md")).lines).toEqual(["[Wave 1]", "task-01 tide"]);
  });

  test("Task Master: a tag that has tasks, a subtask's numbers beside it or of a task, what it is part of", async () => {
    const { plan, lines, problems } = await imported("tasks-tagged.json");
    expect(lines).toEqual([
      "[Stage 1]",
      "task-2.1 app/api/read.py",
      "task-3",
      "[Stage 2]",
      "task-2.2 <- task-2.1 task-3",
      "[Stage 3]",
      "task-4 <- task-2.2",
    ]);
    expect(problems).toEqual([]);
    expect(plan.tasks[0]?.section).toContain("Part of task 2: Tides. Everything about tides");
  });

  test("Kiro: a wave graph without checkpoints and parents, entries beside or below the one they belong to", async () => {
    const { lines, problems } = await imported("kiro-checkpoints.md");
    expect(lines).toEqual([
      "[Wave 1]",
      "task-1 src/types/index.ts",
      "[Wave 2]",
      "task-2.2 src/table.ts",
      "task-3 <- task-2.2",
      "task-4 src/alarm.ts",
      "task-4.1 <- task-4",
      "[Wave 3]",
      "task-5.1 src/start.ts",
    ]);
    expect(problems).toEqual(['task-left-out: tasks marked as optional are left out: "2.3"']);
  });

  test("Kiro: without a graph, parts and checkpoints are stages, and within a part tasks wait as in any plan", async () => {
    const { plan, lines, problems } = await imported("kiro-plain.md");
    expect(lines).toEqual([
      "[Task 1]",
      "task-1.1 src/kite.ts",
      "task-1.2 <- task-1.1 src/wind.ts src/kite.ts",
      "[Checkpoint 2]",
      "task-2",
      "[Tasks 3 to 4]",
      "task-3 src/rope.ts",
      "task-3.1 <- task-3 src/knot.ts",
      "task-4 src/bag.ts",
      "[Checkpoint 5]",
      "task-5.1",
    ]);
    expect(problems).toEqual(['task-left-out: tasks marked as optional are left out: "3.2", "6" and "6.1"']);
    expect(plan.tasks[1]?.section).toContain("Part of task 1: Kite catalogue");
  });

  test("Kiro: where all that is left is optional, it is kept", async () => {
    const { tasks, problems } = await readText(
      "- [x] 1. A\n  - _Requirements: 1.1_\n- [ ]* 2. B\n- [ ]* 3. C\n",
    );
    expect(tasks.map(({ number }) => number)).toEqual(["2", "3"]);
    expect(problems).toEqual([]);
  });

  test("a plan of which all is done is said to be", async () => {
    const { problems } = await readPlan(join(plans, "tasks-done.md"));
    expect(problems).toMatchObject([
      { code: "plan-without-tasks", message: expect.stringContaining("every task of this plan is ticked") },
    ]);
  });
});

describe("markdown is read as its author means it", () => {
  test("a heading right below HTML, and a shown document with code blocks of its own", async () => {
    const shown = "```markdown\n# Notes\n\n```sh\nnpm test\n```\n\n- [ ] T009 Shown\n```\n";
    const text = `# Tasks: N\n\n## Phase 1\n\n- [ ] T001 One in a.ts\n\n<br>\n## Phase 2\n\n- [ ] T002 Two in b.ts\n\n${shown}`;
    const { tasks } = await readText(text);
    expect(tasks.map(({ number, group }) => [number, group])).toEqual([
      ["T001", "Phase 1"],
      ["T002", "Phase 2"],
    ]);
  });

  test("Kiro: parts four spaces deep are text, and no code", async () => {
    const text =
      "# P\n\n- [ ] 1. A\n    - [ ] 1.1 Write src/a.ts\n        - Read it\n        - _Requirements: 1.1_\n    - [ ] 1.2 B\n";
    const { tasks } = await readText(text);
    expect(tasks.map(({ prose, code, line }) => ({ prose, code, line }))).toMatchObject([
      { prose: expect.stringContaining("1.1 Write src/a.ts"), code: [], line: 4 },
      { prose: expect.stringContaining("1.2 B"), code: [], line: 7 },
    ]);
  });
});

describe("checks that cannot be read are said where they stand", () => {
  const verify = "<verify>\n    - run: `npm test`\n      expect: looks fine\n    </verify>";

  test.each([
    ["spec-kit", "tasks.md", `# T\n\n- [ ] T001 A in a.ts\n- [ ] T002 B in b.ts\n\n    ${verify}\n`, 7],
    ["Kiro", "tasks.md", `- [ ] 1. A\n  - _Requirements: 1.1_\n- [ ] 2. B\n\n    ${verify}\n`, 6],
    [
      "Task Master",
      "tasks.json",
      JSON.stringify({ tasks: [{ id: 1, title: "A", details: `Do it\n${verify}` }] }, null, 1),
      5,
    ],
  ])("%s", async (_, name, text, line) => {
    const { tasks, problems } = await readText(text, name);
    expect(tasks.flatMap(({ verify }) => verify)).toEqual([]);
    expect(problems).toEqual([
      `${name}:${line} unread-check: "expect: looks fine" in \`<verify>\` is not understood, so "npm test" is not run`,
    ]);
  });

  test("GSD: commands are read, prose is for people, and only what was meant as a command is said", async () => {
    const task = (verify: string) => `<task type="auto">\n  <verify>${verify}</verify>\n</task>\n`;
    const part = (number: string, ...checks: string[]) =>
      `---\nphase: 88\nplan: ${number}\nwave: 1\nfiles_modified: [${number}.ts]\n---\n\n${checks.map(task).join("")}`;
    await writeFile(
      join(scratch, "88-02-PLAN.md"),
      part("02", "\n    <automated>frobnicate all of it</automated>\n  "),
    );
    const { tasks, problems } = await readText(
      part(
        "01",
        "npm test passes and the page shows a list",
        "curl -X POST localhost:3000/api/login returns 200",
        "\n    <automated>cd web &amp;&amp; npm test 2>&1 | tail -5</automated>\n    <manual>Look at it</manual>\n  ",
        "<automated>MISSING — task 2 makes it</automated>",
      ),
      "88-01-PLAN.md",
    );
    expect(tasks.map(({ verify }) => verify.map(({ run }) => run))).toEqual([
      ["cd web && npm test 2>&1 | tail -5"],
      [],
    ]);
    expect(problems).toEqual([
      '88-02-PLAN.md:10 unread-check: "<automated>frobnicate all of it</automated>" in `<verify>` is not understood',
    ]);
  });
});

describe("what contradicts a claim is said once", () => {
  test.each([
    ["a pair that shares a file and depends", [[], ["01"]], ["depends"]],
    ["three that share a file, of which two depend", [[], ["01"], []], ["write"]],
    ["three that share a file, each behind the last", [[], ["01"], ["02"]], ["depends", "depends"]],
    ["two that share a file", [[], []], ["write"]],
  ])("%s", async (_, depends, said) => {
    const directory = await mkdtemp(join(scratch, "claims-"));
    for (const [at, on] of depends.entries())
      await writeFile(
        join(directory, `05-0${at + 1}-PLAN.md`),
        `---\nwave: 1\ndepends_on: ${JSON.stringify(on)}\nfiles_modified: [a.ts]\n---\n`,
      );
    const { problems } = await readPlan(join(directory, "05-01-PLAN.md"));
    expect(problems.map(({ message }) => /\b(?:depends|write)\b/.exec(message)?.[0])).toEqual(said);
  });
});

describe("spec-kit: what is stated of the order goes before the guessed one", () => {
  const tasks = ["T009", "T010", "T011", "T012", "T013 [P]", "T014 [P]"];
  const guessed = ["", "T009", "T010", "T011", "T012", "T012"];

  test.each([
    ["an arrow", "- T012 → T010 → T011", ["", "T012", "T010", "T009", "T011", "T011"]],
    ["after", "- `T010` after **T011**", ["", "T011", "T009", "T010", "T012", "T012"]],
    ["depends on", "T013 depends on T010 and T011", ["", "T009", "T010", "T011", "T010 T011 T012", "T012"]],
    ["before", "T012 must complete before T011", ["", "T009", "T012", "T010", "T011", "T011"]],
    ["blocked by", "* T012 is blocked by T009", ["", "T009", "T010", "T009 T011", "T012", "T012"]],
    [
      "ranges with words",
      "Setup (T009-T010) → Docs (T012) → …",
      ["", "T009", "T010", "T009 T010 T011", "T012", "T012"],
    ],
    ["phases and stories", "- Phase 2 depends on Phase 1\n- US1 (T010, T011) can start any time", guessed],
    [
      "two in one line",
      "T010 after T011, T012 after T010 (once T009 is there)",
      ["", "T011", "T009", "T010", "T012", "T012"],
    ],
    ["not before", "T010 must not start before T011", ["", "T011", "T009", "T010", "T012", "T012"]],
    ["a denial", "T010 does not depend on T012", guessed],
    ["a cycle", "T010 → T011 → T010", ["", "T011 T009", "T010", "T011", "T012", "T012"]],
  ])("%s", async (_, said, depends) => {
    const list = tasks.map((task) => `- [ ] ${task} Do it\n`).join("");
    const { tasks: read } = await readText(`# T\n\n## Phase 1\n\n${list}\n## Dependencies\n\n${said}\n`);
    const found = read.map(({ depends = [] }) => depends.map((id) => id.replace("task-t", "T")).join(" "));
    expect(found).toEqual(depends);
  });

  test("only below such a heading", async () => {
    const { tasks } = await readText(
      "# T\n\n## Phase 1: Dependencies\n\n- [ ] T001 A\n- [ ] T002 B\n\nT002 → T001\n\n## Notes\n\nT002 → T001\n",
    );
    expect(tasks.map(({ depends }) => depends)).toEqual([[], ["task-t001"]]);
  });

  test("a [P] pair with an order is said, and tasks that are done are not", async () => {
    const { tasks, problems } = await readText(
      "# T\n\n- [x] T001 A\n- [ ] T002 [P] B in b.ts\n- [ ] T003 [P] C in b.ts (depends on T001)\n\n### Dependencies\n\n- T001 → T003 → T002\n",
    );
    expect(tasks.map(({ depends }) => depends)).toEqual([["task-t003"], []]);
    expect(problems).toEqual([
      'tasks.md:4 claim-contradicted: "T002" and "T003" are marked [P] side by side, so they should run in parallel, but one depends on the other',
    ]);
  });
});

test("spec-kit: skipped tasks are left out and named, as is who depends on one", async () => {
  const { tasks, problems } = await readText(
    "# T\n\n- [x] T001 A\n- [-] T002 B\n- [~] T003 C (depends on T001, T002)\n- [-] T004 D\n",
  );
  expect(tasks.map(({ number }) => number)).toEqual(["T003"]);
  expect(problems).toEqual([
    'tasks.md:4 task-left-out: tasks marked `[-]` are left out: "T002" and "T004"',
    'tasks.md:5 unknown-dependency: "T003" depends on "T002", which is marked `[-]`',
  ]);
});

describe("Task Master", () => {
  const json = (...tasks: object[]) => readText(JSON.stringify({ tasks }, null, 1), "tasks.json");

  test("deferred and cancelled tasks are named, as is who depends on one; done ones are not", async () => {
    const { tasks, problems } = await json(
      { id: 1, title: "A", status: "done" },
      { id: 2, title: "B", status: "deferred" },
      { id: 3, title: "C", subtasks: [{ id: 1, title: "D", status: "cancelled" }] },
      { id: 4, title: "E", dependencies: [1, 2, "3.1"] },
    );
    expect(tasks.map(({ number, depends }) => [number, depends])).toEqual([["4", []]]);
    expect(problems).toEqual([
      'tasks.json:10 task-left-out: tasks that are deferred or cancelled are left out: "2" and "3.1"',
      'tasks.json:26 unknown-dependency: "4" depends on "2", which is deferred',
      'tasks.json:26 unknown-dependency: "4" depends on "3.1", which is cancelled',
    ]);
  });

  test.each([["1"], [1]])("dependencies that are %j alone are a list of one", async (one) => {
    const { tasks, problems } = await json({ id: 1, title: "A" }, { id: 2, title: "B", dependencies: one });
    expect(tasks.map(({ depends }) => depends)).toEqual([[], ["task-1"]]);
    expect(problems).toEqual([]);
  });

  test.each([
    [{ id: 2 }, 'tasks.json:1 plan-syntax: expected "title" of task "2" to be'],
    [
      { id: 2, title: "B", dependencies: "1, 3" },
      'tasks.json:9 plan-syntax: expected "dependencies" of task "2" to be',
    ],
    [{ id: 2, title: "B", subtasks: [{ id: 1 }] }, 'expected "subtasks.0.title" of task "2" to be'],
  ])("%j is named", async (task, message) => {
    const { problems } = await json({ id: 1, title: "A" }, task);
    expect(problems).toEqual([expect.stringContaining(message)]);
  });

  test("a file of which nothing can be read is not said to be done", async () => {
    const { problems } = await json({ title: "A" });
    expect(problems).toEqual([expect.stringContaining('plan-syntax: expected "id" of task "A" to be')]);
  });

  test("two tasks of one id are said", async () => {
    const { problems } = await json({ id: 1, title: "A" }, { id: 1, title: "B" });
    expect(problems).toEqual([
      'tasks.json:9 duplicate-task: duplicate task "1" in lines 5 and 9; the second becomes "task-1-2"',
    ]);
  });

  test("files at the root are those that a project has there", async () => {
    const details = "Write package.json, tsconfig.json, .env.example, vite.config.ts, notes.txt and src/i.ts";
    const { tasks } = await json({ id: 1, title: "A", details });
    expect(tasks[0]?.files).toEqual([
      "package.json",
      "tsconfig.json",
      ".env.example",
      "vite.config.ts",
      "src/i.ts",
    ]);
  });
});

test("GSD: a plan that is not autonomous is said to need a person, and stays", async () => {
  await writeFile(join(scratch, "89-02-PLAN.md"), "---\nwave: 1\nautonomous: true\n---\n");
  const { tasks, problems } = await readText(
    '---\nwave: 1\nfiles_modified: [a.ts]\nautonomous: false\n---\n\n<task type="checkpoint:human-verify">\n</task>\n',
    "89-01-PLAN.md",
  );
  expect(tasks.map(({ number }) => number)).toEqual(["89-01", "89-02"]);
  expect(problems).toEqual([
    '89-01-PLAN.md:4 asks-first: "89-01" says `autonomous: false`, and holds "checkpoint:human-verify": it needs a person, but runs all the same',
  ]);
});

describe("Kiro: what a task says it depends on counts, within a wave against its claim", () => {
  const list = (line: string) =>
    `- [x] 1. A\n  - _Requirements: 1.1_\n- [ ] 2. B\n  - [ ] 2.1 C\n  - [ ] 2.2 D\n- [ ] 3. E\n  - ${line}\n- [ ]* 4. F\n`;
  const waves = '\n```json\n{ "waves": [{ "tasks": ["2.1", "2.2", "3"] }] }\n```\n';

  test.each([
    ["Depends on task 2.1", ["task-2.1"], ["claim-contradicted"]],
    ["_Depends: 1, 2_", ["task-2.1", "task-2.2"], ["claim-contradicted", "claim-contradicted"]],
    ["**Depends on:** 4", [], ["unknown-dependency"]],
    ["Depends on 3 files of the user", [], []],
  ])("%s", async (line, depends, codes) => {
    const { tasks, problems } = await readText(list(line) + waves);
    expect(tasks.at(-1)?.depends).toEqual(depends);
    expect(problems.flatMap((one) => /(\S+): .*depends on/.exec(one)?.[1] ?? [])).toEqual(codes);
    const { tasks: plain } = await readText(list(line));
    expect(plain.at(-1)?.depends ?? []).toEqual(depends);
  });
});

test("spec-kit: placeholders for tasks are left out with one warning", async () => {
  const { tasks, problems } = await readText(
    "# T\n\n- [ ] T001 A in a.ts\n- [ ] T002 B in b.ts\n\n## Phase N\n\n- [ ] TXXX [P] Write docs\n- [x] TXXX Seen\n- [ ] T0NN More\n- [ ] T<NNN> Tests\n- [ ] Tidy up\n",
  );
  expect(tasks.map(({ number }) => number)).toEqual(["T001", "T002"]);
  expect(problems).toEqual([
    'tasks.md:8 task-left-out: 3 tasks with a placeholder as number are left out, the first is "TXXX"',
  ]);
});

describe("paths in prose", () => {
  test.each([
    "Handle this and/or that, on the client/server, over TCP/IP or HTTP/1.1, in CI/CD",
    "An I/O layer, n/a, w/o it, 24/7, with pass/fail.test and user.name/user.email",
    "v1/v2 of the API, versions 1.2/3, 3.11/3.12 and v1.2.3, on 2026/01/02",
    "See https://example.com/a/b.ts and http://localhost:3000/api/x.json?file=src/a.ts",
    "github.com/a/b.go, www.example.com/a.html, example.com/index.html",
    "Node.js/TypeScript, Next.js/React.js, @scope/name, text/html and application/json",
    "The user/profile page, its Edit/Profile button, and open/file dialogs",
    "GET /api/users.json, users/{id} and <root>/x",
    "~/x.sh, ~/.config/app/a.json, /etc/nginx/nginx.conf, ../other/src/a.ts, C:/Windows/x.ini, C:\\Windows\\x.ini",
  ])("none in %j", (text) => {
    expect(writtenIn(text)).toEqual([]);
    expect(writtenIn(text, { directories: true })).toEqual([]);
  });

  test.each([
    ["Create `src/a.ts`, **src/b.ts** and src/c.ts:10-20.", ["src/a.ts", "src/b.ts", "src/c.ts"]],
    ["Routes in v1/users.ts and app/(shop)/[id]/page.tsx", ["v1/users.ts", "app/(shop)/[id]/page.tsx"]],
    ["src\\models\\user.ts and src/my\\_file.ts", ["src/models/user.ts", "src/my_file.ts"]],
    ["`abi/x.abi`, ios/App/Main.xib and src/shade.glsl", ["abi/x.abi", "ios/App/Main.xib", "src/shade.glsl"]],
    [
      "package.json, .github/workflows/ci.yml, Dockerfile and .env",
      ["package.json", ".github/workflows/ci.yml", "Dockerfile", ".env"],
    ],
    ["all of src/**/*.ts", ["src/**/*.ts"]],
    ["[src/a.ts](https://example.com/src/z.ts)", ["src/a.ts"]],
  ])("%j", (text, paths) => {
    expect(writtenIn(text)).toEqual(paths);
  });

  test("hostile text is read in no time", () => {
    const parts = ["a/", "(", "*", "\\", "**a", "a://", "`", "[a](", "~/", "a.", "../../"];
    const time = cpuTime(() => {
      for (const part of parts) writtenIn(part.repeat(20_000), { directories: true });
    });
    expect(time).toBeLessThan(3000);
  });
});
