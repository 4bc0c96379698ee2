import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type CopiedTree, copyWithEdits } from "../copied-tree.ts";
import { Rig } from "../rig.ts";

/** The code of an agent that writes what it was given as its output. */
const engine = `
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../../../schemas/config.ts";
import type { Outcome } from "../../../schemas/outcome.ts";
import { type Tuned, tuningOf } from "../agent/tuning.ts";
import type { AttemptRequest, Engine } from "../engine.ts";

export function echoEngine(config: Partial<Config["engines"]["echo"]> & Tuned): Engine {
  return {
    structured: true,
    canCommit: false,
    missing: async () => (config.word ? undefined : 'The engine "echo" needs engines.echo.word.'),
    examine: async () => [{ name: "echo", status: config.word ? "ok" : "absent", found: config.word ?? "no word" }],
    async attempt(request: AttemptRequest): Promise<Outcome> {
      const { model } = tuningOf(config, request.tier);
      const { resume, env, files } = request;
      const facts = { word: config.word, model, message: resume?.message, names: Object.keys(env) };
      await writeFile(files.output, JSON.stringify(facts));
      if (resume) await writeFile(join(request.cwd, "fixed.txt"), resume.message);
      return {
        status: "pass",
        session_id: "echo-1",
        usage: { input_tokens: 60, output_tokens: 40, cost_usd: 0.5 },
        output: files.output,
        output_bytes: 1,
      };
    },
  };
}
`;
const row = `
  echo: {
    ...agent,
    reportsCost: true,
    environment: ["ECHO_*"],
    settings: settings("Echo.", { word: v.optional(text) }),
  },
`;
const create = `
  echo: ({ engines, tiers }) =>
    echoEngine({ ...engines.echo, tiers: { fast: tiers.fast.echo, deep: tiers.deep.echo } }),
`;
const before = (line: string, added: string) => (text: string) => text.replace(line, `${added}${line}`);

let tree: CopiedTree;
let rig: Rig;
beforeAll(async () => {
  tree = await copyWithEdits({
    "src/engines/echo/engine.ts": () => engine,
    "src/engines/engines.ts": (text) =>
      before("  codex: (", create)(`import { echoEngine } from "./echo/engine.ts";\n${text}`),
    "schemas/engines.ts": before("  codex: {", row),
  });
});
afterAll(() => tree.remove());
beforeEach(async () => {
  rig = await Rig.make(
    {
      "plan.md": "# Plan\n\n### Task 1: Alpha\n\nDo it.\n\n### Task 2: Beta\n\nDo more.\n",
      "plan.exec.yaml": manifest,
      "interserve.config.yaml":
        "engine: echo\nengines: { echo: { word: hello, max_parallel: 1 } }\ntiers: { deep: { echo: { model: big } } }\n",
    },
    tree.main,
  );
});
afterEach(() => rig.close());

const manifest = `version: 1
mode: dependency-driven
stages:
  - name: s
    tasks:
      - id: task-1
        title: Alpha
        verify: [{ run: test -e fixed.txt }]
      - id: task-2
        title: Beta
        depends: [task-1]
`;
const json = async (...args: string[]) => JSON.parse((await rig.run(...args)).stdout);
const artifact = async (task: string, attempt: number, name: string) => {
  const { directory } = await json("status", "--json");
  return readFile(join(directory, "tasks", task, `${attempt}`, name), "utf8");
};

test("a folder, a row for its code and a row in the schema are all that a new engine needs to compile", async () => {
  expect(await tree.typeErrors("src/job/doctor.ts")).toBe("");
});

test("check accepts the name of a new engine", async () => {
  await rig.file("named.exec.yaml", manifest.replace("mode:", "engine: echo\nmode:"));
  await rig.file("other.exec.yaml", manifest.replace("mode:", "engine: other\nmode:"));
  expect((await rig.run("check", "named.exec.yaml")).stdout).toContain("valid");
  expect((await rig.run("check", "other.exec.yaml")).stdout).toMatch(/must be one of echo, codex, claude/);
});

test("show names a new engine as that of its tasks", async () => {
  expect((await json("show", "plan.exec.yaml", "--json")).tasks).toMatchObject([
    { engine: "echo" },
    { engine: "echo" },
  ]);
});

test("a new engine gets its prompt, settings, variables and fixes, and its cost is counted", async () => {
  const command = rig.command(["run", "plan.exec.yaml", "--max-cost", "9"], {
    ECHO_KEY: "k",
    OTHER_KEY: "o",
  });
  const { code, stdout, stderr } = await command.ended;
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  const prompt = await artifact("task-1", 1, "prompt.md");
  expect(prompt).toContain("You cannot commit here");
  expect(prompt).toContain("`hand_over`");
  const facts = JSON.parse(await artifact("task-1", 2, "output.md"));
  expect(facts).toMatchObject({ word: "hello", model: "big", message: expect.stringContaining("fixed.txt") });
  expect(facts.names).toContain("ECHO_KEY");
  expect(facts.names).not.toContain("OTHER_KEY");
  expect(await json("status", "--json")).toMatchObject({
    agent_attempts: 3,
    attempts_with_cost: 3,
    usage: { input_tokens: 180, output_tokens: 120, cost_usd: 1.5 },
  });
  expect((await rig.run("report")).stdout).toContain("$1.50");
});

test("a budget counts the tokens of a new engine, and a stopped run can be resumed", async () => {
  const { code, stdout } = await rig.run("run", "plan.exec.yaml", "--max-tokens", "150");
  expect([code, stdout]).toEqual([1, expect.stringContaining("200 of 150 tokens are used")]);
  const resumed = await rig.run("resume", "--max-tokens", "1000");
  expect(resumed.code, resumed.stdout).toBe(0);
  expect((await json("status", "--json")).tasks.map(({ status }: { status: string }) => status)).toEqual([
    "pass",
    "pass",
  ]);
});

test("a run of a new engine that lacks a setting does not start, and doctor reports it", async () => {
  expect(await json("doctor", "--json")).toMatchObject({ ready: true, engine: "echo" });
  await rig.file("interserve.config.yaml", "engine: echo\n");
  const { code, stderr } = await rig.run("run", "plan.exec.yaml");
  expect([code, stderr]).toEqual([2, expect.stringContaining("needs engines.echo.word")]);
  const { ready, checks } = await json("doctor", "--json");
  expect(ready).toBe(false);
  expect(checks).toContainEqual({ name: "echo", status: "problem", found: "no word", advice: null });
});
