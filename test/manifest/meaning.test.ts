import { expect, test } from "vitest";
import { around, load, problemsOf } from "./load.ts";

test("all problems of shape and meaning are reported at once, sorted by line", async () => {
  const { manifest, problems } = await load(`version: 1
mode: dependency-driven
max_parallel: 0
stages:
  - name: A
    tasks:
      - id: a
        depends: [x]
        tiers: fast
      - id: a
  - name: 5
    tasks: []
`);
  expect(manifest).toBeUndefined();
  expect(problems.map(({ place, code }) => `${place.line} ${code}`)).toEqual([
    "3 invalid-value",
    "8 unknown-dependency",
    "9 unknown-key",
    "10 duplicate-task",
    "11 wrong-type",
    "12 empty-stage",
  ]);
});

test("a duplicate id is reported at the second task, with the place of the first", async () => {
  expect(await problemsOf(around("- id: a\n- id: b\n- id: a\n- id: a\n"))).toEqual([
    '8:13 [a] error duplicate-task: duplicate task id "a"',
    "  give each task its own id",
    "  6:13 [a] first used here",
    '9:13 [a] error duplicate-task: duplicate task id "a"',
    "  give each task its own id",
    "  6:13 [a] first used here",
  ]);
});

test("an unknown dependency suggests the most similar id, if there is one", async () => {
  const tasks = "- id: task-1\n- id: task-3\n  depends: [task-11]\n- id: x\n  depends: [write the docs]\n";
  expect(await problemsOf(around(tasks))).toEqual([
    '8:19 [task-11] error unknown-dependency: task "task-3" depends on unknown task "task-11"',
    '  did you mean "task-1"?',
    '10:19 [write the docs] error unknown-dependency: task "x" depends on unknown task "write the docs"',
    '  the tasks are "task-1", "task-3" and "x"',
  ]);
});

test("an unknown dependency names the first eight of many tasks", async () => {
  const ids = Array.from({ length: 12 }, (_, at) => `- id: t${at}\n`).join("");
  expect(await problemsOf(around(`${ids}- id: z\n  depends: [something]\n`))).toContain(
    '  the tasks are "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7" and 5 more',
  );
});

test("a task whose id is a number still counts as a dependency of others", async () => {
  expect(await problemsOf(around('- id: 3\n  depends: [b]\n- id: b\n  depends: ["3"]\n'))).toEqual([
    '6:13 [3] error wrong-type: "id" of task 1 of stage "A" must be a string, found the number 3',
    '  write `id: "3"`',
    "7:19 [b] error dependency-cycle: tasks depend on each other: 3 → b → 3",
    "  remove one of these dependencies",
    '  9:19 ["3"] "b" depends on "3" here',
  ]);
});

test("a task that depends on itself is an error, but not also a cycle", async () => {
  expect(await problemsOf(around("- id: a\n  depends: [a]\n"))).toEqual([
    '7:19 [a] error self-dependency: task "a" depends on itself',
    "  remove this dependency",
  ]);
});

test("a duplicate dependency is a warning", async () => {
  expect(await problemsOf(around("- id: a\n- id: b\n  depends: [a, a]\n"))).toEqual([
    '8:22 [a] warning duplicate-dependency: task "b" depends on "a" twice',
    "  remove one of them",
    "  8:19 [a] first listed here",
  ]);
});

test("a stage without tasks is a warning, and a manifest without tasks an error", async () => {
  const top = "version: 1\nmode: dependency-driven\n";
  expect(
    await problemsOf(`${top}stages: [{ name: A, tasks: [{ id: a }] }, { name: B, tasks: [] }]\n`),
  ).toEqual(['3:54 [tasks] warning empty-stage: stage "B" has no tasks', "  add a task to it, or remove it"]);
  const noTasks = [
    "3:1 [stages] error no-tasks: expected at least one task, found none",
    "  list the tasks of a stage under `tasks:`, each with an `id`",
  ];
  expect(await problemsOf(`${top}stages: [{ name: A, tasks: [] }]\n`)).toEqual(noTasks);
  expect(await problemsOf(`${top}stages: []\n`)).toEqual(noTasks);
});

test("a stage of invalid tasks is not reported as empty", async () => {
  const { problems } = await load(around("- 5\n"));
  expect(problems.map(({ code }) => code)).toEqual(["wrong-type"]);
});

test("a task cannot have both a prompt and a prompt file", async () => {
  expect(await problemsOf(around("- id: a\n  prompt_file: p.md\n  prompt: Do it.\n"))).toEqual([
    '8:9 [prompt] error conflicting-keys: task "a" has both "prompt" and "prompt_file"',
    "  keep one of them",
    "  7:9 [prompt_file] the other one is here",
  ]);
  expect(await problemsOf(around("- id: a\n  prompt_file:\n  prompt: Do it.\n"))).toEqual([]);
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: a shell would expand it.
test.each(["$HOME/x", "a:${B}", "$(pwd)/x", "~", "~/x", "~me/x", "/bin:~/bin"])(
  "a value %s of env gets a warning, since nothing expands it",
  async (value) => {
    const part = /\$\w+|\$\{B\}|\$\(pwd\)|~\w*/.exec(value)?.[0];
    expect(await problemsOf(around(`- id: a\n  env: { A: "${value}" }\n`))).toEqual([
      `7:19 ["${value}"] warning not-expanded: "env.A" of task "a" contains "${part}", which is not expanded`,
      "  the variable gets this text as it is: write the value itself, or set the variable in a command",
    ]);
  },
);

test.each(["costs $5", "a~b", "x/~/y", "5$", "me@~host", "$"])(
  "a value %s of env gets no warning",
  async (value) => {
    expect(await problemsOf(around(`- id: a\n  env: { A: "${value}" }\n`))).toEqual([]);
  },
);

test.each([
  ["a.ts, b.ts", "several paths"],
  ["src/a.ts,src/b.ts", "several paths"],
  ["src/a.ts and src/b.ts", "several paths"],
  ["src/a.ts (see below)", "a path and a remark"],
])("an entry %j of files gets a warning", async (entry, found) => {
  expect(await problemsOf(around(`- id: a\n  files: ["${entry}"]\n`))).toEqual([
    `7:17 ["${entry}"] warning unclear-file: an entry of "files" of task "a" looks like ${found}: "${entry}"`,
    "  it counts as one file of this name: write one path for each entry, and remarks as comments",
  ]);
});

test.each(["src/a.ts (modify)", "`src/a.ts`", "src/a.ts#L10", "src/{a,b}.ts", "app/(x)/a.ts", "a, b"])(
  "an entry %j of files gets no warning",
  async (entry) => {
    expect(await problemsOf(around(`- id: a\n  files: ["${entry}"]\n`))).toEqual([]);
  },
);

test("an exit status above 1 of a command that prints a number is a warning", async () => {
  const verify = (run: string, expect: string) => `  - {run: "${run}", expect: ${expect}}\n`;
  const entries = [
    verify("grep -c a b", "exit 3"),
    verify("grep -c a b", "exit 1"),
    verify("wc -l < b", "exit 0"),
    verify("cat b", "'output \"3\"'"),
    verify("npm test", "exit 3"),
  ];
  expect(await problemsOf(around(`- id: a\n  verify:\n  ${entries.join("  ")}`))).toEqual([
    '8:42 [exit 3] warning ambiguous-check: task "a" expects the exit status 3 of "grep -c a b", which prints a number',
    '  if it is to print that number, write `expect: output "3"`',
  ]);
});
