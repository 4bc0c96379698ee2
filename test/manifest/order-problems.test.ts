import { expect, test } from "vitest";
import type { Mode } from "../../schemas/manifest.ts";
import { checkMode } from "../../src/manifest/meaning.ts";
import { around, lines, load, problemsOf } from "./load.ts";

const staged = (mode: Mode, rest = ""): string => `version: 1
mode: ${mode}
${rest}stages:
  - name: A
    tasks:
      - { id: a, depends: [b] }
  - name: B
    tasks:
      - { id: b }
`;

/** Stages where a task of the first depends on one of the second that has `depends` itself. */
const stagedFreely = (mode: Mode, rest = ""): string =>
  staged(mode, rest).replace(
    "{ id: b }",
    "{ id: b, depends: [c] }\n      - { id: c, depends: [d] }\n  - { name: C, tasks: [{ id: d }] }",
  );

test("a cycle is reported from its first task in the plan, with the place of each step", async () => {
  const tasks = "- id: x\n- id: c\n  depends: [x, a]\n- id: a\n  depends: [b]\n- id: b\n  depends: [x, c]\n";
  expect(await problemsOf(around(tasks))).toEqual([
    "8:22 [a] error dependency-cycle: tasks depend on each other: c → a → b → c",
    "  remove one of these dependencies",
    '  10:19 [b] "a" depends on "b" here',
    '  12:22 [c] "b" depends on "c" here',
  ]);
});

test("every separate cycle is reported, without the tasks before and after it", async () => {
  const { problems } = await load(
    around(`- { id: a, depends: [b] }
- { id: b, depends: [a, before] }
- { id: behind, depends: [a, d] }
- { id: before }
- { id: c, depends: [d, b] }
- { id: d, depends: [c] }
`),
  );
  expect(problems.map(({ message }) => message)).toEqual([
    "tasks depend on each other: a → b → a",
    "tasks depend on each other: c → d → c",
  ]);
});

test.each(["all-parallel", "all-sequential", "dependency-driven", "manual-batching"] as const)(
  "a cycle is an error in the mode %s",
  async (mode) => {
    const tasks = "- { id: a, depends: [b] }\n- { id: b, depends: [a] }\n";
    const { problems } = await load(around(tasks, `version: 1\nmode: ${mode}\nstage_barriers: relaxed\n`));
    expect(problems.map(({ code }) => code)).toContain("dependency-cycle");
  },
);

test("strict barriers make every dependency on a later stage an error", async () => {
  const told = [
    '6:28 [b] error dependency-cycle: task "a" in stage "A" depends on "b" in the later stage "B", which waits for all of stage "A"',
    '  move task "a" to stage "B" or later, or set `stage_barriers: relaxed`',
    '  9:15 [b] "b" is here',
  ];
  expect(await problemsOf(staged("dependency-driven"))).toEqual(told);
  expect(await problemsOf(staged("all-sequential"))).toEqual(told);
  const twice = staged("dependency-driven").replace("[b] }", "[b] }\n      - { id: c, depends: [b] }");
  expect((await load(twice)).problems.map(({ place, code }) => `${place.line} ${code}`)).toEqual([
    "6 dependency-cycle",
    "7 dependency-cycle",
  ]);
});

test("a stage without a name is called by its number", async () => {
  const [problem] = await problemsOf(staged("dependency-driven").replace("name: A", "name: 5"));
  expect(problem).toContain("wrong-type");
  const { problems } = await load(staged("dependency-driven").replace("name: A", "name: 5"));
  expect(problems[1]?.message).toBe(
    'task "a" in stage 1 depends on "b" in the later stage "B", which waits for all of stage 1',
  );
});

test("relaxed barriers allow a dependency on a later stage", async () => {
  const own = staged("dependency-driven", "stage_barriers: relaxed\n").replace(
    "{ id: b }",
    "{ id: b, depends: [z] }",
  );
  expect(await problemsOf(own.replace("{ id: a,", "{ id: z }\n      - { id: a,"))).toEqual([]);
});

test("relaxed barriers make a dependency on a later task without depends an error", async () => {
  const relaxed = "stage_barriers: relaxed\n";
  expect(await problemsOf(staged("dependency-driven", relaxed))).toEqual([
    '7:28 [b] error dependency-cycle: task "a" in stage "A" depends on "b" in the later stage "B", which has no "depends" and so waits for all of stage "A"',
    '  give "b" its own "depends", or move task "a" to stage "B"',
    '  10:15 [b] "b" is here',
  ]);
  expect(await problemsOf(stagedFreely("dependency-driven", relaxed))).toEqual([
    '7:28 [b] error dependency-cycle: task "a" in stage "A" depends on "d" in the later stage "C" (a → b → c → d), which has no "depends" and so waits for all of stage "A"',
    '  give "d" its own "depends", or move task "a" to stage "C"',
    '  10:28 [c] "b" depends on "c" here',
    '  11:28 [d] "c" depends on "d" here',
    '  12:30 [d] "d" is here',
  ]);
});

test("relaxed barriers allow a dependency on a later task with an empty list of its own", async () => {
  const own = staged("dependency-driven", "stage_barriers: relaxed\n");
  expect(await problemsOf(own.replace("{ id: b }", "{ id: b, depends: [] }"))).toEqual([]);
});

test("manual-batching runs stages in order even with relaxed barriers", async () => {
  expect(await problemsOf(staged("manual-batching", "stage_barriers: relaxed\n"))).toEqual([
    '7:28 [b] error dependency-cycle: task "a" in stage "A" depends on "b" in the later stage "B", which waits for all of stage "A"',
    '  move task "a" to stage "B" or later: manual-batching runs stages in order',
    '  10:15 [b] "b" is here',
  ]);
});

test("all-parallel warns about order that it ignores, if there is any", async () => {
  expect(await problemsOf(staged("all-parallel"))).toEqual([
    '2:7 [all-parallel] warning dependencies-ignored: mode all-parallel ignores "depends" and the order of stages',
    "  use mode dependency-driven to keep the order",
  ]);
  const parallel = "version: 1\nmode: all-parallel\n";
  expect(await problemsOf(around("- id: a\n- { id: b, depends: [a] }\n", parallel))).toEqual([
    '2:7 [all-parallel] warning dependencies-ignored: mode all-parallel ignores "depends"',
    "  use mode dependency-driven to keep the order",
  ]);
  expect(await problemsOf(around("- id: a\n- id: b\n", parallel))).toEqual([]);
});

test("a manifest can be checked for a mode other than its own", async () => {
  const { manifest, file, problems } = await load(staged("all-parallel"));
  if (!manifest || !file) throw new Error(problems.flatMap(lines).join("\n"));
  expect(checkMode(manifest, file, "dependency-driven").map(({ code }) => code)).toEqual([
    "dependency-cycle",
  ]);
  expect(checkMode(manifest, file, "all-parallel")).toEqual([]);
  const inPlace = await load(staged("all-parallel"), { mode: "dependency-driven" });
  expect(inPlace.problems.map(({ code }) => code)).toEqual(["dependency-cycle"]);
  expect(inPlace.manifest).toBeUndefined();
});

test("a chain of 10 000 tasks is valid, and a ring of them is a cycle", async () => {
  const count = 10_000;
  const chain = Array.from({ length: count }, (_, at) => `- { id: t${at}, depends: [t${at + 1}] }\n`);
  const open = around(`${chain.join("")}- { id: t${count} }\n`);
  expect(await problemsOf(open)).toEqual([]);
  const { problems } = await load(around(`${chain.join("")}- { id: t${count}, depends: [t0] }\n`));
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toMatch(
    /^tasks depend on each other: t0 → t1 → .* → … 9962 more … → .* → t10000 → t0$/,
  );
});
