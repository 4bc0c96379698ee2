import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Outcome } from "../../schemas/outcome.ts";
import { Rig } from "../rig.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(() => rig.close());

/** Creates a program in a directory that is first on PATH. Returns that PATH. */
async function program(name: string, script: string): Promise<Readonly<Record<string, string>>> {
  const bin = join(rig.dir, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, name), 0o755);
  return { PATH: `${bin}${delimiter}${process.env.PATH}` };
}

/** Runs a manifest of tasks, each given as its lines. Returns the outcome of one of them. */
async function outcomeOf(id: string, tasks: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const list = tasks.map((task) => `      - ${task.replaceAll("\n", "\n        ")}\n`).join("");
  await rig.file(
    "plan.exec.yaml",
    `version: 1\nmode: dependency-driven\nstages:\n  - name: s\n    tasks:\n${list}`,
  );
  const command = rig.command(["run", "plan.exec.yaml", "--json"], env);
  const ended = await command.ended;
  const folder = join((await rig.latestRun()).path, "tasks", id, "1");
  const outcome = JSON.parse(await readFile(join(folder, "outcome.json"), "utf8")) as Outcome;
  return { ...ended, outcome, prompt: await readFile(join(folder, "prompt.md"), "utf8") };
}

const git = (...args: string[]) => execFileSync("git", args, { cwd: rig.dir, stdio: "pipe" });

describe("changed files", () => {
  test("are those that git shows, and undeclared ones are noted, for dependents too", async () => {
    git("init", "-q");
    await rig.file("old.txt", "1");
    const a = "id: a\nfiles: [declared]\nrun: mkdir -p declared; echo 2 > declared/x; echo 2 > old.txt";
    const b = "id: b\ndepends: [a]\nrun: cat $INTERSERVE_PROMPT_FILE";
    const { outcome } = await outcomeOf("a", [a, b]);
    expect(outcome).toMatchObject({
      status: "pass",
      files_changed: ["declared/x", "old.txt"],
      notes: ["changed but not declared in the manifest: old.txt"],
    });
    const plain = await rig.run("run", "plan.exec.yaml");
    expect(plain.stdout).toContain("note      a: changed but not declared in the manifest: old.txt\n");
    const { prompt } = await outcomeOf("b", [a, b]);
    expect(prompt).toContain(
      "files changed: declared/x, old.txt\nnote: changed but not declared in the manifest",
    );
  });

  test("do not include those that another task declares", async () => {
    git("init", "-q");
    const a = "id: a\nfiles: [a.txt]\nrun: touch a.txt b.txt c.txt";
    const { outcome } = await outcomeOf("a", [a, "id: b\nfiles: [b.txt]\ndepends: [a]\nrun: 'true'"]);
    expect(outcome.files_changed).toEqual(["a.txt", "c.txt"]);
  });

  test("that an agent mentions and git does not show are noted", async () => {
    git("init", "-q");
    const form = {
      verdict: "CLEAN",
      summary: "x",
      files_changed: ["a.txt", "b.txt"],
      hand_over: "",
      question: null,
    };
    const lines = [
      { type: "thread.started", thread_id: "t" },
      { type: "item.completed", item: { type: "agent_message", text: JSON.stringify(form) } },
      { type: "turn.completed", usage: {} },
    ];
    const env = await program("codex", `touch a.txt c.txt; exec '${fixture("fake-codex.mjs")}' "$@"`);
    const fake = { ...env, FAKE_CODEX: JSON.stringify({ lines }) };
    const { outcome, prompt } = await outcomeOf("a", ["id: a\nprompt: Do it."], fake);
    expect(outcome).toMatchObject({
      status: "pass",
      files_changed: ["a.txt", "c.txt"],
      notes: [
        "changed but not mentioned by the agent: c.txt",
        "reported as changed by the agent, but unchanged or ignored in git: b.txt",
      ],
    });
    expect(prompt).toContain("End with a result in the required format.");
    expect(prompt).not.toContain("VERDICT: CLEAN");
    expect(prompt).toContain("You cannot commit here");
  });

  test("are those that the agent reports if there is no git", async () => {
    const lines = [
      { type: "thread.started", thread_id: "t" },
      {
        type: "item.completed",
        item: { type: "file_change", changes: [{ path: "x.ts" }], status: "completed" },
      },
      { type: "turn.completed" },
    ];
    const env = await program("codex", `exec '${fixture("fake-codex.mjs")}' "$@"`);
    const fake = { ...env, FAKE_CODEX: JSON.stringify({ lines }), GIT_CEILING_DIRECTORIES: "/" };
    expect((await outcomeOf("a", ["id: a\nprompt: Do it."], fake)).outcome.files_changed).toEqual(["x.ts"]);
  });
});

describe("the configuration", () => {
  test("sets the engine of a tier, which does not get other engines' secrets", async () => {
    await rig.file("interserve.config.yaml", "engine: codex\ntiers: { fast: { engine: claude } }\n");
    const env = await program("claude", 'env | sort > env.txt; echo "$*" > args.txt; exit 1');
    const secrets = { GITHUB_TOKEN: "g", OPENAI_API_KEY: "o", ANTHROPIC_API_KEY: "a" };
    const { code, outcome } = await outcomeOf("a", ["id: a\ntier: fast\nprompt: Do it."], {
      ...env,
      ...secrets,
    });
    expect([code, outcome.failure]).toEqual([1, "configuration"]);
    const given = (await readFile(join(rig.dir, "env.txt"), "utf8")).split("\n");
    expect(given).toContain("ANTHROPIC_API_KEY=a");
    expect(given.filter((line) => /^(GITHUB_TOKEN|OPENAI_API_KEY)=/.test(line))).toEqual([]);
    expect(await readFile(join(rig.dir, "args.txt"), "utf8")).toContain("--effort low");
  });

  test("is named in a hint if an agent misses a variable that it could give", async () => {
    const failed = {
      type: "turn.failed",
      error: { message: "Missing environment variable: `AZURE_API_KEY`." },
    };
    const env = await program("codex", `exec '${fixture("fake-codex.mjs")}' "$@"`);
    const fake = { ...env, FAKE_CODEX: JSON.stringify({ lines: [failed], exit: 1 }) };
    const task = "id: a\nprompt: Do it.";
    expect((await outcomeOf("a", [task], fake)).outcome.reason).toBe(
      "Missing environment variable: `AZURE_API_KEY`.",
    );
    const { stdout } = await outcomeOf("a", [task], { ...fake, AZURE_API_KEY: "x" });
    expect(stdout).toContain(
      'to pass it on, set engines.codex.env: [\\"*\\", AZURE_API_KEY] in your own configuration',
    );
  });

  test("of the user applies to every project", async () => {
    await rig.file("home/interserve/config.yaml", "engines: { command: { run: echo mine > mine.txt } }\n");
    await rig.file("interserve.config.yaml", "engine: command\n");
    await outcomeOf("a", ["id: a\nprompt: Do it."]);
    expect(await readFile(join(rig.dir, "mine.txt"), "utf8")).toBe("mine\n");
  });

  test("with an error keeps a run from starting", async () => {
    await rig.file("interserve.config.yaml", "engine: gpt\n");
    await rig.file("plan.exec.yaml", "version: 1\nmode: all-parallel\nstages: []\n");
    const { code, stderr } = await rig.run("run", "plan.exec.yaml");
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /interserve\.config\.yaml:1:9 error invalid-value: "engine" must be one of codex, claude/,
    );
  });
});

describe("interserve doctor", () => {
  const codex = (rest: string) => `case "$1" in
    --version) echo "codex-cli ${"0.1.0"}";;
    login) ${rest};;
    sandbox) exit 0;;
  esac`;
  const doctor = async (env: Readonly<Record<string, string>>) => {
    const { code, stdout, stderr } = await rig.command(["doctor", "--json"], env).ended;
    expect(stderr).toBe("");
    const { ready, engine, checks } = JSON.parse(stdout);
    const byName = Object.fromEntries(checks.map((check: { name: string }) => [check.name, check]));
    return { code, ready, engine, checks: byName };
  };

  test("reports that the default engine is ready and differs from the tested version", async () => {
    const env = await program("codex", codex("echo Logged in using ChatGPT"));
    const { code, ready, engine, checks } = await doctor(env);
    expect({ code, ready, engine }).toEqual({ code: 0, ready: true, engine: "codex" });
    expect(checks.codex).toMatchObject({ status: "warning", found: `0.1.0, ${join(rig.dir, "bin/codex")}` });
    expect(checks.codex.advice).toMatch(
      /^tested with \d+\.\d+\.\d+; if it misbehaves: npm install -g @openai\/codex@/,
    );
    expect(checks["codex sign-in"]).toMatchObject({
      status: "ok",
      found: "Logged in using ChatGPT",
      advice: null,
    });
    expect(checks["codex sandbox"]).toMatchObject({ status: "ok", found: "workspace-write works" });
    expect(checks.git.advice).toMatch(/^run `git init`/);
  });

  test("says what to do if the default engine is not signed in or not installed", async () => {
    const home = { HOME: rig.dir, CODEX_HOME: rig.dir, CODEX_API_KEY: "" };
    const env = { ...(await program("codex", codex("echo Not logged in >&2; exit 1"))), ...home };
    expect(await doctor(env)).toMatchObject({
      code: 1,
      ready: false,
      checks: { "codex sign-in": { status: "problem", advice: "run `codex login`, or set CODEX_API_KEY" } },
    });
    expect((await doctor({ ...env, CODEX_API_KEY: "x" })).code).toBe(0);
    await rig.file("config.toml", 'model_provider = "mine"\n');
    expect((await doctor(env)).checks["codex sign-in"].found).toContain('the model provider "mine"');
    await rig.file("interserve.config.yaml", "engines: { codex: { executable: no-such-codex } }\n");
    expect((await doctor(env)).checks.codex).toMatchObject({
      status: "problem",
      found: "no-such-codex, which is not on PATH",
      advice: expect.stringMatching(/^npm install -g @openai\/codex@/),
    });
  });

  test("reports problems of other engines as warnings, and the variables that agents do not get", async () => {
    await rig.file(
      "interserve.config.yaml",
      "engine: command\nengines: { codex: { sandbox: danger-full-access } }\n",
    );
    const claude =
      'case "$1" in --version) echo broken; exit 3;; auth) echo \'{"loggedIn": false}\'; exit 1;; esac';
    await program("codex", codex("echo Logged in"));
    const env = { ...(await program("claude", claude)), MY_TOKEN: "secret-value" };
    const { code, checks } = await doctor(env);
    expect(code).toBe(0);
    expect(checks.claude).toMatchObject({ status: "warning", found: expect.stringContaining("broken") });
    expect(checks["claude sign-in"]).toMatchObject({ status: "warning", found: "not signed in" });
    expect(checks["codex sandbox"]).toMatchObject({
      status: "warning",
      found: expect.stringMatching(/^none/),
    });
    expect(checks.dispatch.status).toBe("absent");
    expect(checks.environment.found).toMatch(/^kept from agents: .*MY_TOKEN/);
    const { stdout } = await rig.command(["doctor"], env).ended;
    expect(stdout).toContain("ready: tasks that name no engine run on command\n");
    expect(stdout).not.toContain("secret-value");
  });

  test("lists the names of the variables that each engine gets, and never the values", async () => {
    await rig.file(
      "home/interserve/config.yaml",
      "engines: { codex: { env: { inherit: none, include: [AB*] } }, claude: { env: { exclude: [AB*] } } }\n",
    );
    const env = { PATH: "/nowhere", ABC: "value-1", MY_PASS: "value-2", DB: "pg://u:value-3@h" };
    const json = await rig.command(["doctor", "--json"], env).ended;
    const { environment } = JSON.parse(json.stdout);
    expect(environment.codex).toEqual(["ABC"]);
    expect(environment.claude).toContain("PATH");
    for (const name of ["ABC", "MY_PASS", "DB"]) expect(environment.claude).not.toContain(name);
    for (const name of ["ABC", "MY_PASS", "DB"]) expect(environment.command).toContain(name);
    const text = await rig.command(["doctor"], env).ended;
    expect(text.stdout).toContain("\nvariables for codex: ABC\n");
    expect(text.stdout).toMatch(/^variables for dispatch and command: .*\bMY_PASS\b/m);
    expect(json.stdout + text.stdout).not.toMatch(/value-\d/);
  });

  test("warns of a proxy that agents do not get because of its password", async () => {
    const env = { PATH: "/nowhere", HTTPS_PROXY: "http://me:value-1@proxy:3128" };
    expect((await doctor(env)).checks.environment).toMatchObject({
      status: "warning",
      found: expect.stringMatching(/^kept from agents: .*HTTPS_PROXY.*; they may need HTTPS_PROXY$/),
      advice: 'to pass it on, set engines.codex.env: ["*", HTTPS_PROXY] in your own configuration',
    });
  });

  test("shows warnings about the configuration", async () => {
    await rig.file("interserve.config.yaml", "engines: { codex: { sandox: read-only } }\n");
    const { stderr } = await rig.run("doctor");
    expect(stderr).toMatch(/^\S+interserve\.config\.yaml:1:21 warning unknown-key: unknown key "sandox" in/);
    const { stdout } = await rig.run("doctor", "--json");
    expect(JSON.parse(stdout).problems).toMatchObject([{ code: "unknown-key", line: 1, column: 21 }]);
  });
});
