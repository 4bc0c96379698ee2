import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { version } from "../../src/version.ts";
import { manifestOf, Rig } from "../rig.ts";

const quick = manifestOf([{ a: "" }]).replace(/run: .*/, 'run: "true"');
const binary = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({ "p.exec.yaml": quick });
});
afterEach(() => rig.close());

/** Runs a command that must fail as a user's mistake: exit 2, no output, no stack. Returns its message. */
async function mistake(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await rig.run(...args);
  expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: "" });
  expect(stderr).not.toMatch(/^ +at |node:internal|bug in interserve/m);
  return stderr;
}

describe("a mistake on the command line", () => {
  test.each([
    [["runn", "p.exec.yaml"], "(Did you mean one of run, runs?)"],
    [["chekc"], "(Did you mean check?)"],
    [["run", "p.exec.yaml", "--mdoe", "x"], "(Did you mean --mode?)"],
    [["check", "p.exec.yaml", "--jsn"], "(Did you mean --json?)"],
    [["help", "shwo"], "(Did you mean show?)"],
    [["run"], "expected a manifest or a plan"],
    [["check"], "missing required argument"],
    [["run", "p.exec.yaml", "more"], "too many arguments"],
    [["run", "p.exec.yaml", "--mode", "all-paralel"], "Allowed choices are all-parallel"],
    [["run", "p.exec.yaml", "--engine", "codx"], "Allowed choices are codex, claude, dispatch, command"],
    [["run", "p.exec.yaml", "--mode"], "argument missing"],
    [["run", "p.exec.yaml", "--max-parallel", "0"], "Expected a whole number from 1 to 1000."],
    [["run", "p.exec.yaml", "--max-parallel", "1.5"], "Expected a whole number from 1 to 1000."],
    [["run", "p.exec.yaml", "--max-parallel", "many"], "Expected a whole number from 1 to 1000."],
    [["run", "p.exec.yaml", "--max-parallel", ""], "Expected a whole number from 1 to 1000."],
    [["run", "p.exec.yaml", "--max-parallel=-1"], "Expected a whole number from 1 to 1000."],
    [["run", "p.exec.yaml", "--step"], "has no batches"],
    [["complete", "tcsh"], "Allowed choices are zsh, bash, fish, powershell"],
  ])("%j exits with 2 and says what is wrong", async (args, said) => {
    expect(await mistake(...args)).toContain(said);
    expect(await rig.runs()).toEqual([]);
  });

  test("an empty command line shows the help and exits with 2", async () => {
    expect(await mistake()).toContain("Usage: interserve");
  });
});

describe("a wrong path", () => {
  test.each(["run", "show"])(
    "%s reports a missing file, a directory and a missing project directory",
    async (command) => {
      expect(await mistake(command, "gone.exec.yaml")).toContain("file-not-found");
      expect(await mistake(command, ".")).toContain("file-is-directory");
      expect(await mistake(command, "p.exec.yaml", "--plan", "gone.md")).toContain("file-not-found");
      expect(await mistake(command, "p.exec.yaml", "--project-dir", "gone")).toMatch(
        /error: .*gone.* is not a directory\n/,
      );
      expect(await mistake(command, "p.exec.yaml", "--project-dir", "p.exec.yaml")).toMatch(
        /is not a directory\n/,
      );
      expect(await readdir(rig.dir)).not.toContain("gone");
    },
  );

  test("a file in place of the state directory is an error, and nothing runs", async () => {
    await rig.file("p.exec.yaml", quick.replace('"true"', "touch ran"));
    await rig.file(rig.stateDir, "in the way");
    expect(await mistake("run", "p.exec.yaml")).toMatch(
      /^error: cannot record the run: \w+: .*\.state.*\n {2}hint: set INTERSERVE_STATE_DIR /,
    );
    expect(existsSync(join(rig.dir, "ran"))).toBe(false);
    expect(await readFile(rig.stateDir, "utf8")).toBe("in the way");
  });

  test("a wrong configuration is a problem with its place", async () => {
    await rig.file("interserve.config.yaml", "grace: soon\n");
    expect(await mistake("run", "p.exec.yaml")).toMatch(/interserve\.config\.yaml:1:8 error wrong-type: /);
  });

  test("the name of a project directory is printed without escape sequences", async () => {
    const said = await mistake("run", "p.exec.yaml", "--project-dir", "\u001b[2Jgone");
    expect(said).not.toContain("\u001b");
  });
});

describe("an engine that is missing", () => {
  const agent = manifestOf([{ a: "", b: "a" }]).replaceAll(/^( *)run: .*$/gm, "$1prompt: go");
  const bare = { PATH: "/nowhere", CLAVAIN_DISPATCH_SH: "" };
  test.each([
    [
      "codex",
      "--engine codex",
      /^error: The engine "codex" needs the program "codex", which is not on PATH\. .*--engine\.\n$/,
    ],
    ["dispatch", "--engine dispatch", /^error: The engine "dispatch" needs a dispatch script\. .*\n$/],
    [
      "command",
      "--engine command",
      /^error: The engine "command" has nothing to run for "a" and "b"[:.].*\n$/,
    ],
  ])("%s: the message is one sentence, and nothing is written", async (_, flags, sentence) => {
    await rig.file("agent.exec.yaml", agent);
    const before = await readdir(rig.dir);
    const { code, stdout, stderr } = await rig.command(["run", "agent.exec.yaml", ...flags.split(" ")], bare)
      .ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(await readdir(rig.dir)).toEqual(before);
  });

  test("a command in the configuration applies to every task", async () => {
    await rig.file("agent.exec.yaml", agent);
    await rig.file("interserve.config.yaml", 'engines: {command: {run: "true"}}\n');
    expect(await rig.run("run", "agent.exec.yaml", "--engine", "command", "--json")).toMatchObject({
      code: 0,
    });
  });
});

describe("a plan", () => {
  const text = "# P\n\n### Task 1: First\n\nDo it.\n\n### Task 2: Second\n\n**Depends on:** Task 1\n";
  test("without a manifest runs in mode all-parallel", async () => {
    await rig.file("plan.md", text);
    const { code, stdout } = await rig.run("show", "plan.md", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ mode: "all-parallel", waves: [["task-1", "task-2"]] });
    await rig.file(
      "interserve.config.yaml",
      "engines: {command: {run: \"grep -A2 'Task' $INTERSERVE_PROMPT_FILE\"}}\n",
    );
    const run = rig.command(["run", "plan.md", "--engine", "command", "--json"]);
    expect((await run.ended).code).toBe(0);
    expect(await run.event("run.started")).toMatchObject({
      mode: "all-parallel",
      plan: join(rig.dir, "plan.md"),
    });
    expect(run.story()).toEqual(expect.arrayContaining(["task-1 warn", "task-2 warn"]));
  });

  test.each(["plan.exec.yaml", "plan.exec.yml"])(
    "with %s next to it runs with that manifest",
    async (name) => {
      await rig.file("plan.md", text);
      await rig.file(name, quick);
      const run = rig.command(["run", "plan.md", "--json"]);
      expect((await run.ended).code).toBe(0);
      expect(await run.event("run.started")).toMatchObject({
        manifest: join(rig.dir, name),
        plan: join(rig.dir, "plan.md"),
        mode: "dependency-driven",
      });
    },
  );

  test("is replaced by the one that --plan names", async () => {
    await rig.file("other.md", "# O\n\n### Task 1: a\n\nFrom the other plan.\n");
    await rig.file(
      "p.exec.yaml",
      quick.replace('"true"', "cat $INTERSERVE_PROMPT_FILE").replace("id: a", "id: task-1"),
    );
    const run = rig.command(["run", "p.exec.yaml", "--plan", "other.md", "--json"]);
    expect((await run.ended).code).toBe(0);
    const settled = await run.event("task.settled", "task-1");
    const artifacts = settled.event === "task.settled" ? (settled.artifacts ?? "") : "";
    expect(await readFile(join(artifacts, "output.md"), "utf8")).toContain("From the other plan.");
  });

  test("without a task is a problem that shows the heading of a task", async () => {
    await rig.file("plan.md", "# P\n\nNothing.\n");
    expect(await mistake("run", "plan.md")).toMatch(
      /plan\.md:1:1 error plan-without-tasks: [\s\S]*### Task 1: Title/,
    );
  });
});

test("agents work in --project-dir, wherever the manifest is, and the run is recorded as that project's", async () => {
  await mkdir(join(rig.dir, "project"));
  await rig.file("p.exec.yaml", quick.replace('"true"', "pwd"));
  const run = rig.command(["run", "p.exec.yaml", "--project-dir", "project", "--json"]);
  expect((await run.ended).code).toBe(0);
  const started = await run.event("run.started");
  const { folders } = await rig.record(join(rig.dir, "project"));
  expect(started.event === "run.started" && started.directory).toContain(`${folders[0]}/`);
  expect(await readdir(join(rig.dir, "project"))).toEqual([]);
});

describe("help", () => {
  test.each([["--help"], ["help"]])("%j lists the commands", async (...args) => {
    const { code, stdout, stderr } = await rig.run(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of ["run", "check", "show", "complete"])
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
    expect(stdout).toContain("$ interserve ");
  });

  test.each([["run"], ["check"], ["show"], ["complete"], ["help"]])(
    "of %s has examples, with `help` and with --help",
    async (command) => {
      const { code, stdout } = await rig.run("help", command);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        new RegExp(`Usage: interserve ${command} [\\s\\S]*Examples?:\n.*interserve ${command} `),
      );
      expect(await rig.run(command, "--help")).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("Example"),
      });
    },
  );

  test("--version", async () => {
    expect(await rig.run("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("completion", () => {
  test("offers flags and commands", async () => {
    const words = async (...args: string[]) =>
      (await rig.run("complete", "--", ...args)).stdout.split("\n").map((line) => line.split("\t")[0]);
    expect(await words("run", "--mo")).toContain("--mode");
    expect(await words("ch")).toContain("check");
    expect(await words("show", "--me")).toContain("--mermaid");
  });

  test.each(["bash", "zsh", "fish", "powershell"])("prints a script for %s", async (shell) => {
    const { code, stdout, stderr } = await rig.run("complete", shell);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("interserve");
  });

  test("works in bash", async () => {
    await rig.file("bin/interserve", `#!/bin/sh\nexec '${process.execPath}' '${binary}' "$@"\n`);
    const script = `chmod +x bin/interserve; PATH="$PWD/bin:$PATH"; compopt() { :; }; source <(interserve complete bash) && complete -p interserve
      COMP_WORDS=(interserve run --mo); COMP_CWORD=2; COMP_LINE="interserve run --mo"; COMP_POINT=\${#COMP_LINE}
      "$(complete -p interserve | sed 's/.*-F \\([^ ]*\\).*/\\1/')" interserve --mo run; printf 'reply: %s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], {
      cwd: rig.dir,
      encoding: "utf8",
    });
    expect({ stderr, stdout }).toEqual({
      stderr: "",
      stdout: expect.stringMatching(/^complete .*-F \w+ interserve\n/),
    });
    expect(stdout).toMatch(/^reply: --mode/m);
  });
});

describe("output that cannot be written", () => {
  test.each([[["--json"]], [[]]])("does not stop a run with the flags %j", async (flags) => {
    await rig.file("slow.exec.yaml", manifestOf([{ a: "", b: "a", c: "b" }]));
    const run = rig.command(["run", "slow.exec.yaml", ...flags]);
    const a = await rig.agent("a");
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    await a.write("x\n".repeat(1000));
    await a.exit();
    for (const task of ["b", "c"]) await (await rig.agent(task)).exit();
    const [code] = await new Promise<[number | null]>((resolve) =>
      run.child.once("exit", (status) => resolve([status])),
    );
    expect(code).toBe(0);
  });

  test.skipIf(!existsSync("/dev/full"))(
    "because the disk is full is reported once, and the run continues to its end",
    async () => {
      await rig.file("p.exec.yaml", manifestOf([{ a: "", b: "a" }]).replaceAll(/run: .*/g, 'run: "true"'));
      for (const [args, status] of [
        ["run p.exec.yaml --json", 1],
        ["check p.exec.yaml", 1],
      ] as const) {
        const script = `exec '${process.execPath}' '${binary}' ${args} > /dev/full`;
        const { status: code, stderr } = spawnSync("bash", ["-c", script], {
          cwd: rig.dir,
          env: { ...process.env, ...rig.env() },
          encoding: "utf8",
        });
        expect({ code, stderr }).toEqual({
          code: status,
          stderr: expect.stringMatching(/^error: cannot write to standard output: ENOSPC.*\n$/),
        });
      }
      expect(await readFile((await rig.latestRun()).journal, "utf8")).toContain('"counts":{"pass":2');
    },
  );

  test("because `head -1` has ended does not stop a run", async () => {
    const script = `'${process.execPath}' '${binary}' run p.exec.yaml --json | head -1; echo "\${PIPESTATUS[@]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], {
      cwd: rig.dir,
      env: { ...process.env, ...rig.env() },
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^\{"event":"run.started".*\n0 0\n$/);
    expect(await readFile((await rig.latestRun()).journal, "utf8")).toContain("run.finished");
  });
});
