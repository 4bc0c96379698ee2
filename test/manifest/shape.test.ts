import { expect, test } from "vitest";
import { around, load, problemsOf } from "./load.ts";

const top = (lines: string) =>
  `version: 1\nmode: dependency-driven\n${lines}stages: [{ name: A, tasks: [{ id: a }] }]\n`;

test("a minimal manifest is valid and gets every default", async () => {
  const { manifest, problems } = await load(around("- id: a\n  title: One\n"));
  expect(problems).toEqual([]);
  expect(manifest).toEqual({
    version: 1,
    mode: "dependency-driven",
    tier: "deep",
    max_parallel: 5,
    timeout_per_task: 300,
    stage_barriers: "strict",
    pause: false,
    context_budget: 24_000,
    fixes: 1,
    stages: [
      { name: "A", tasks: [{ id: "a", title: "One", files: [], depends: [], verify: [], retries: 0 }] },
    ],
  });
});

test("a manifest with only warnings is valid", async () => {
  const { manifest, problems } = await load(around("- id: a\n  note: for people\n"));
  expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
  expect(manifest?.stages[0]?.tasks[0]?.id).toBe("a");
});

test("a key without a value counts as absent", async () => {
  const { manifest } = await load(
    around("- id: a\n  depends:\n  title: ~\n", "version: 1\nmode: all-parallel\ntier:\n"),
  );
  expect(manifest?.tier).toBe("deep");
  expect(manifest?.stages[0]?.tasks[0]).toEqual({ id: "a", files: [], depends: [], verify: [], retries: 0 });
});

test("a map can be merged into tasks with <<", async () => {
  const { manifest, problems } = await load(around("- &a { id: a, tier: fast }\n- { <<: *a, id: b }\n"));
  expect(problems).toEqual([]);
  expect(manifest?.stages[0]?.tasks.map(({ id, tier }) => `${id} ${tier}`)).toEqual(["a fast", "b fast"]);
});

test("a string in place of a list gets a hint how to write the list", async () => {
  expect(await problemsOf(around("- id: a\n  depends: b\n- id: b\n"))).toEqual([
    '7:18 [b] error wrong-type: "depends" of task "a" must be a list of strings, found the string "b"',
    "  write `depends: [b]`",
  ]);
  expect(await problemsOf(around("- id: a\n  files: 'a]: b'\n"))).toEqual([
    `7:16 ['a]: b'] error wrong-type: "files" of task "a" must be a list of strings, found the string "a]: b"`,
    '  write `files: ["a]: b"]`',
  ]);
  expect(await problemsOf(around("- id: a\n  verify: npm test\n"))).toEqual([
    '7:17 [npm test] error wrong-type: "verify" of task "a" must be a list of maps with "run", found the string "npm test"',
    "  write `verify: [{ run: npm test }]`",
  ]);
});

test("a string in place of a map gets a hint with the key that it may belong to", async () => {
  expect(await problemsOf(around("- id: a\n  verify:\n    - npm test\n- b\n"))).toEqual([
    '8:13 [npm test] error wrong-type: entry 1 of "verify" of task "a" must be a map with "run", found the string "npm test"',
    "  write `run: npm test`",
    '9:9 [b] error wrong-type: task 2 of stage "A" must be a map with "id", found the string "b"',
    "  write `id: b`",
  ]);
});

test("a number in place of a string is quoted as written, with its last zeros", async () => {
  expect(await problemsOf(around("- id: 1.10\n- id: b\n  files: [1e3]\n  env: { PORT: 8080 }\n"))).toEqual([
    '6:13 [1.10] error wrong-type: "id" of task 1 of stage "A" must be a string, found the number 1.1',
    '  write `id: "1.10"`',
    '8:17 [1e3] error wrong-type: entry 1 of "files" of task "b" must be a string, found the number 1000',
    '  write `"1e3"`',
    '9:22 [8080] error wrong-type: "env.PORT" of task "b" must be a string, found the number 8080',
    '  write `PORT: "8080"`',
  ]);
});

test("the problem of any other value in place of a string names its kind", async () => {
  expect(await problemsOf(around("- id: a\n  title: [WIP]\n  prompt: true\n  depends: [~]\n"))).toEqual([
    '7:16 [[WIP]] error wrong-type: "title" of task "a" must be a string, found a list',
    "  if it is text, put it in quotes",
    '8:17 [true] error wrong-type: "prompt" of task "a" must be a string, found true',
    '  write `prompt: "true"`',
    '9:19 [~] error wrong-type: entry 1 of "depends" of task "a" must be a string, found nothing',
    "  remove the empty entry",
  ]);
});

test("strings are not converted to numbers and booleans", async () => {
  expect(await problemsOf(top('max_parallel: "3"\ntimeout_per_task: 5m\npause: yes\n'))).toEqual([
    '3:15 ["3"] error wrong-type: "max_parallel" must be a whole number, found the string "3"',
    "  write `max_parallel: 3`",
    '4:19 [5m] error wrong-type: "timeout_per_task" must be a number, found the string "5m"',
    '5:8 [yes] error wrong-type: "pause" must be true or false, found the string "yes"',
    "  write `pause: true`",
  ]);
});

test("a list in place of a map, and a map in place of a list, are errors", async () => {
  expect(await problemsOf("version: 1\nmode: all-parallel\nstages: { name: A, tasks: [] }\n")).toEqual([
    '3:9 [{ name: A, tasks: [] }] error wrong-type: "stages" must be a list of maps with "name" and "tasks", found a map',
    "  start each entry with `- `",
  ]);
  expect(await problemsOf(around("- - id: a\n- id: b\n  env: [A=b]\n"))).toEqual([
    '6:9 [- id: a] error wrong-type: task 1 of stage "A" must be a map with "id", found a list',
    "  remove the `- `",
    '8:14 [[A=b]] error wrong-type: "env" of task "b" must be a map of names to strings, found a list',
    "  write one `NAME: value` on each line",
  ]);
});

test.each([
  ["a list", "[]", "an empty list"],
  ["a number", "5", "the number 5"],
  ["a text", "hello", 'the string "hello"'],
])("a file that contains %s is not a manifest", async (_, text, found) => {
  const problems = await problemsOf(text);
  expect(problems[0]).toBe(
    `1:1 [${text}] error wrong-type: the file must be a map with "version", "mode" and "stages", found ${found}`,
  );
});

test("a missing key is reported at its map, or at the key if only its value is missing", async () => {
  expect(await problemsOf("mode: all-parallel # all\ntier: fast\n")).toEqual([
    '1:1 [mode: all-parallel # all] error missing-key: missing key "version" in the file',
    "  add `version: 1`",
    '1:1 [mode: all-parallel # all] error missing-key: missing key "stages" in the file',
    '  add `stages:` with a list of maps with "name" and "tasks"',
  ]);
  expect(await problemsOf(around("- title: One\n- id:\n- id: c\n  verify: [{ expect: exit 1 }]\n"))).toEqual([
    '6:9 [title: One] error missing-key: missing key "id" in task 1 of stage "A"',
    "  add `id:` with a string",
    '7:9 [id] error missing-key: missing key "id" in task 2 of stage "A"',
    "  add `id:` with a string",
    '9:18 [{ expect: exit 1 }] error missing-key: missing key "run" in entry 1 of "verify" of task "c"',
    "  add `run:` with a string",
  ]);
});

test("only version 1 is supported", async () => {
  expect(await problemsOf(around("- id: a\n", "version: 2\nmode: all-parallel\n"))).toEqual([
    '1:10 [2] error unsupported-version: "version" must be 1, found the number 2',
    "  write `version: 1`",
  ]);
  expect(await problemsOf(around("- id: a\n", 'version: "1"\nmode: all-parallel\n'))).toEqual([
    '1:10 ["1"] error unsupported-version: "version" must be 1, found the string "1"',
    "  write `version: 1`",
  ]);
});

test("an unknown mode suggests the most similar name, if there is one", async () => {
  const expected = "must be one of all-parallel, all-sequential, dependency-driven or manual-batching";
  expect(await problemsOf(around("- id: a\n", "version: 1\nmode: Dependancy_driven\n"))).toEqual([
    `2:7 [Dependancy_driven] error unknown-mode: "mode" ${expected}, found "Dependancy_driven"`,
    '  did you mean "dependency-driven"?',
  ]);
  expect(await problemsOf(around("- id: a\n", "version: 1\nmode: 5\n"))).toEqual([
    `2:7 [5] error unknown-mode: "mode" ${expected}, found the number 5`,
  ]);
});

test("the problem of a value outside its choices, range or format says what is allowed", async () => {
  expect(
    await problemsOf(top("tier: depp\nmax_parallel: 0\ncontext_budget: 5\ntimeout_per_task: 1e9\n")),
  ).toEqual([
    '3:7 [depp] error invalid-value: "tier" must be one of fast or deep, found "depp"',
    '  did you mean "deep"?',
    '4:15 [0] error invalid-value: "max_parallel" must be at least 1, found 0',
    '5:17 [5] error invalid-value: "context_budget" must be at least 1000, found 5',
    '6:19 [1e9] error invalid-value: "timeout_per_task" must be at most 604800 seconds (a week), found 1000000000',
  ]);
  const tasks = '- id: a\n  title: ""\n  retries: -1.5\n  timeout: 0\n  verify: [{ run: x, expect: ok }]\n';
  expect(await problemsOf(around(tasks))).toEqual([
    '7:16 [""] error invalid-value: "title" of task "a" must not be empty',
    '8:18 [-1.5] error invalid-value: "retries" of task "a" must be a whole number, found -1.5',
    '9:18 [0] error invalid-value: "timeout" of task "a" must be more than 0 seconds, found 0',
    '10:36 [ok] error invalid-value: "expect" of entry 1 of "verify" of task "a" must be `exit N`, `contains "text"` or `output "text"`, found "ok"',
  ]);
  expect(await problemsOf(around("- id: a\n  env: { A-B: x }\n"))).toEqual([
    '7:16 [A-B] error invalid-value: key "A-B" of "env" of task "a" must be a name of letters, digits and _',
  ]);
  const [long] = await problemsOf(around(`- id: ${"x".repeat(201)}\n`));
  expect(long).toContain('" must have at most 200 characters, found "xxx');
});

test("a key that YAML reads as a number is named as written", async () => {
  const { problems } = await load(around("- id: a\n  1.10: x\n  .nan: y\n  0x1F: z"));
  expect(problems.map(({ message }) => message.slice(0, "unknown key '0x1F'".length))).toEqual([
    'unknown key "1.10"',
    'unknown key ".nan"',
    'unknown key "0x1F"',
  ]);
});

test("an unknown key is a warning at any depth, with the most similar known key or all of them", async () => {
  const text = `version: 1
mode: all-parallel
maxparallel: 3
stages:
  - name: A
    taks: []
    tasks:
      - id: a
        depend: [b]
        verify: [{ run: x, expects: exit 0, note: y }]
`;
  const { manifest } = await load(text);
  expect(manifest).toBeDefined();
  expect(await problemsOf(text)).toEqual([
    '3:1 [maxparallel] warning unknown-key: unknown key "maxparallel" in the file: it is ignored',
    '  did you mean "max_parallel"?',
    '6:5 [taks] warning unknown-key: unknown key "taks" in stage "A": it is ignored',
    '  did you mean "tasks"?',
    '9:9 [depend] warning unknown-key: unknown key "depend" in task "a": it is ignored',
    '  did you mean "depends"?',
    '10:28 [expects] warning unknown-key: unknown key "expects" in entry 1 of "verify" of task "a": it is ignored',
    '  did you mean "expect"?',
    '10:45 [note] warning unknown-key: unknown key "note" in entry 1 of "verify" of task "a": it is ignored',
    "  known keys: run and expect",
  ]);
});

test("names with a meaning in JavaScript can be keys and ids", async () => {
  const text = `version: 1
mode: dependency-driven
__proto__: { mode: 5 }
stages:
  - name: A
    tasks:
      - id: __proto__
        env: { constructor: x }
      - { id: constructor, depends: [__proto__], __proto__: y }
`;
  const { manifest, problems } = await load(text);
  expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    'unknown-key: unknown key "__proto__" in the file: it is ignored',
    'unknown-key: unknown key "__proto__" in task "constructor": it is ignored',
  ]);
  expect(manifest?.stages[0]?.tasks.map(({ id }) => id)).toEqual(["__proto__", "constructor"]);
});

test("quotations in messages are short and on one line", async () => {
  const [problem] = (await load(around(`- id: a\n  depends: "\\e[31m\\n${"x".repeat(100)}"\n`))).problems;
  expect(problem?.message).toBe(
    `"depends" of task "a" must be a list of strings, found the string "\\u001b[31m\\n${"x".repeat(53)}…"`,
  );
});
