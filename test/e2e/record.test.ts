import { execFileSync } from "node:child_process";
import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { binary, manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(() => rig.close());

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
    cwd: rig.dir,
    stdio: "pipe",
  });
const commands = (...runs: string[]) =>
  manifestOf([Object.fromEntries(runs.map((_, at) => [`t${at}`, at > 0 ? `t${at - 1}` : ""]))]).replaceAll(
    /run: .*/g,
    () => `run: ${JSON.stringify(runs.shift())}`,
  );
const inDirectory = async (cwd: string, ...args: string[]) => {
  const { code, stdout, stderr } = await rig.command(args, {}, cwd).ended;
  return { code, stdout, stderr };
};
const latestFrom = async (cwd: string) => JSON.parse((await inDirectory(cwd, "status", "--json")).stdout).run;

describe("an agent that works over its whole tree", () => {
  test.each([
    ["git clean -fdxq"],
    ["touch untracked && git stash -q --all"],
    ["git ls-files --others | xargs rm -f; rm -rf .interserve .cache"],
    ["{ grep -rl start . --exclude-dir=.git --exclude=plan.exec.yaml | xargs sed -i s/start/other/; }"],
  ])("as with `%s` does not reach the record", async (command) => {
    git("init", "-q");
    await rig.file(".gitignore", "agents.sock\n");
    await rig.file("plan.exec.yaml", commands("echo start > made", command, "echo next"));
    git("add", ".");
    git("commit", "-qm", "plan");
    expect((await rig.run("run", "plan.exec.yaml")).code).toBe(0);
    expect((await rig.run("status")).stdout).toContain("ended with exit status 0");
    expect(JSON.parse((await rig.run("resume", "--dry-run", "--json")).stdout).kept).toContain("t1");
  });

  test("finds no prompt, log or journal in it", async () => {
    await rig.file(
      "plan.exec.yaml",
      commands("true", "! grep -rqi oldname . --exclude=plan.exec.yaml --exclude=agents.sock"),
    );
    await rig.file(
      "plan.exec.yaml",
      (await readFile(join(rig.dir, "plan.exec.yaml"), "utf8")).replace(
        "id: t0",
        "id: t0\n        title: oldname",
      ),
    );
    expect((await rig.run("run", "plan.exec.yaml")).code).toBe(0);
    expect((await readdir(rig.dir)).sort()).toEqual(["agents.sock", "plan.exec.yaml"]);
  });
});

test("nobody else can read the record of a run", async () => {
  await rig.file("plan.exec.yaml", commands("echo out; echo err >&2"));
  await rig.run("run", "plan.exec.yaml");
  const { path } = await rig.latestRun();
  const entries = await readdir(path, { recursive: true });
  expect(entries).toContain("tasks/t0/1/output.md");
  for (const entry of ["", "..", ...entries]) {
    const { mode } = await stat(join(path, entry));
    expect([entry, mode & 0o077]).toEqual([entry, 0]);
  }
});

describe("the runs of a project", () => {
  test("are found from its sub-directories, linked working trees and links to it", async () => {
    git("init", "-q");
    git("commit", "-q", "--allow-empty", "-m", "first");
    git("worktree", "add", "-q", `${rig.dir}.state/tree`);
    await mkdir(join(rig.dir, "packages/a"), { recursive: true });
    await symlink(rig.dir, `${rig.dir}.state/link`);
    await rig.file("plan.exec.yaml", commands("true"));
    await rig.run("run", "plan.exec.yaml");
    const { run } = await rig.latestRun();
    for (const cwd of [join(rig.dir, "packages/a"), `${rig.dir}.state/tree`, `${rig.dir}.state/link`])
      expect(await latestFrom(cwd)).toBe(run);
  });

  test("are found from no sub-directory without a repository, and the error names the directory", async () => {
    await mkdir(join(rig.dir, "packages/a"), { recursive: true });
    await rig.file("plan.exec.yaml", commands("true"));
    await rig.run("run", "plan.exec.yaml");
    const { code, stderr } = await inDirectory(join(rig.dir, "packages/a"), "status");
    expect(code).toBe(2);
    expect(stderr).toContain(`${rig.dir} has runs: add --project-dir ${rig.dir}\n`);
  });

  test("are resumed in the directory in which they were started, from wherever that is", async () => {
    git("init", "-q");
    await mkdir(join(rig.dir, "packages/a"), { recursive: true });
    await rig.file("plan.exec.yaml", commands("pwd > where; test -e done"));
    await rig.run("run", "plan.exec.yaml");
    await rm(join(rig.dir, "where"));
    await rig.file("done", "");
    expect((await inDirectory(join(rig.dir, "packages/a"), "resume")).code).toBe(0);
    expect(await readFile(join(rig.dir, "where"), "utf8")).toBe(`${rig.dir}\n`);
  });

  test("are proposed by name after it was moved, and found and resumed by that name", async () => {
    const [before, after] = [join(rig.dir, "old/app"), join(rig.dir, "new/app")];
    await rig.file("old/app/plan.exec.yaml", commands("true", "test -e done"));
    await inDirectory(before, "run", "plan.exec.yaml");
    const [run] = JSON.parse((await inDirectory(before, "runs", "--json")).stdout);
    await mkdir(dirname(after));
    await rename(before, after);
    const { code, stderr } = await inDirectory(after, "status");
    expect(code).toBe(2);
    const [, name = ""] = /hint: .*--project (app~[0-9a-f]{12})/.exec(stderr) ?? [];
    expect(basename(dirname(run.directory))).toBe(name);
    for (const command of ["runs", "status", "report"])
      expect((await inDirectory(after, command, "--project", name)).stdout).toMatch(/1 pass, 1 fail of 2/);
    await rig.file("new/app/done", "");
    expect(await inDirectory(after, "resume", "--project", name)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${run.run}: 1 kept, 1 to run`),
    });
  });

  test("that version 0.1.0 left in it are read, resumed where they lie, and cleaned", async () => {
    await rig.file("plan.exec.yaml", commands("test -e done", "true"));
    await rig.run("run", "plan.exec.yaml");
    const { path, run, sequence } = await rig.latestRun();
    const old = join(rig.dir, ".interserve/runs", run);
    await rm(sequence);
    await cp(path, old, { recursive: true });
    await rm(rig.stateDir, { recursive: true });
    expect(JSON.parse((await rig.run("status", "--json")).stdout)).toMatchObject({ run, directory: old });
    await rig.file("done", "");
    expect((await rig.run("resume", run)).code).toBe(0);
    expect(await readdir(join(old, "tasks/t0"))).toEqual(["1", "2"]);
    expect((await rig.run("clean", "--keep", "0")).stdout).toContain(`removed ${run}`);
    expect(await readdir(dirname(old))).toEqual([]);
  });
});

describe("without a state directory that can be written", () => {
  test("a run is recorded in the git directory, says so, and is found", async () => {
    git("init", "-q");
    await rig.file("plan.exec.yaml", commands("true"));
    await rig.file(rig.stateDir, "in the way");
    const { code, stderr } = await rig.run("run", "plan.exec.yaml");
    expect(code).toBe(0);
    expect(stderr).toMatch(
      new RegExp(
        `^warning: the run is recorded in ${rig.dir}/\\.git/interserve, since \\w+: .*\\.state.*\\n$`,
      ),
    );
    expect(await latestFrom(rig.dir)).toBe((await readdir(join(rig.dir, ".git/interserve"))).at(-1));
  });
});

test("a state directory inside the project is used with a warning", async () => {
  await rig.file("plan.exec.yaml", commands("true"));
  const state = join(rig.dir, "state");
  const command = rig.command(["run", "plan.exec.yaml"], { INTERSERVE_STATE_DIR: state });
  const { code, stderr } = await command.ended;
  expect(code).toBe(0);
  expect(stderr).toMatch(new RegExp(`^warning: the state directory ${state} lies in the project, .*\\n$`));
});

describe("a run that is started below the root of a repository", () => {
  test.each([
    ["says where agents work", [], {}, true],
    ["says nothing if the directory is named", ["--project-dir", "."], {}, false],
    [
      "says nothing if the directory has a configuration",
      [],
      { "docs/interserve.config.yaml": "grace: 1\n" },
      false,
    ],
  ] as const)("%s", async (_, flags, files, isSaid) => {
    git("init", "-q");
    await rig.file("docs/plan.exec.yaml", commands("pwd > where"));
    for (const [path, text] of Object.entries(files)) await rig.file(path, text);
    const { code, stderr } = await inDirectory(join(rig.dir, "docs"), "run", "plan.exec.yaml", ...flags);
    expect(code).toBe(0);
    expect(await readFile(join(rig.dir, "docs/where"), "utf8")).toBe(`${rig.dir}/docs\n`);
    const said = `warning: agents work in ${rig.dir}/docs, below the root of its repository, ${rig.dir}; use --project-dir .. to work in the root, or --project-dir . to stay here\n`;
    expect(stderr).toBe(isSaid ? said : "");
  });
});

describe("what an agent is given to read", () => {
  /** The folder of tasks in the record, from the environment of a task. */
  const record = "$(dirname $INTERSERVE_PROMPT_FILE)/../../..";

  test("is its prompt and the whole outputs of its dependencies, as copies that it cannot write", async () => {
    await rig.file("plan.exec.yaml", manifestOf([{ a: "", b: "a" }]));
    const run = rig.command(["run", "plan.exec.yaml", "--json"]);
    await (await rig.agent("a")).exit(0, "what a found\n");
    const b = await rig.agent("b");
    const [, output = ""] = /^Whole output: (.*) \(13 bytes\)$/m.exec(b.prompt) ?? [];
    const given = join((await rig.latestRun()).path, "tasks/b/1/given");
    expect(output).toBe(join(given, "outputs/a.md"));
    expect(await readFile(output, "utf8")).toBe("what a found\n");
    expect(await readFile(join(given, "prompt.md"), "utf8")).toBe(b.prompt);
    for (const file of [output, join(given, "prompt.md")])
      expect((await stat(file)).mode & 0o777).toBe(0o400);
    await b.exit();
    expect((await run.ended).code).toBe(0);
  });

  test("is not an output that somebody else has changed", async () => {
    await rig.file(
      "plan.exec.yaml",
      commands("echo genuine", `echo forged > ${record}/t0/1/output.md`, "true"),
    );
    const manifest = await readFile(join(rig.dir, "plan.exec.yaml"), "utf8");
    await rig.file("plan.exec.yaml", manifest.replace("depends: [t1]", "depends: [t0, t1]"));
    expect((await rig.run("run", "plan.exec.yaml")).code).toBe(0);
    const prompt = await readFile(join((await rig.latestRun()).path, "tasks/t2/1/prompt.md"), "utf8");
    expect(prompt).not.toContain("forged\n");
    expect(prompt).toContain("note: its output was removed or changed after it ended, and is left out");
  });

  test.each([
    ["the task's folder", "t1", ""],
    ["the folder of all tasks", "", "tasks"],
  ])("is not written through a link in place of %s", async (_, name, moved) => {
    const outside = `${rig.stateDir}/outside`;
    const plant = moved
      ? `cd ${record}/.. && mv tasks gone && ln -s ${outside} tasks`
      : `ln -s ${outside} ${record}/${name}`;
    await rig.file("plan.exec.yaml", commands(`mkdir ${outside}; ${plant}`, "touch ran"));
    const { code, stdout } = await rig.run("run", "plan.exec.yaml");
    expect(code).toBe(1);
    expect(stdout).toMatch(/error +t[01] .*its artifacts could not be written: .* is a link/);
    expect([await readdir(outside), (await readdir(rig.dir)).includes("ran")]).toEqual([[], false]);
  });

  test("lies in a new folder even if one of its name is there", async () => {
    const plant = `mkdir -p ${record}/t1/1/given; echo planted > ${record}/t1/1/output.md`;
    await rig.file("plan.exec.yaml", commands(plant, "true"));
    expect((await rig.run("run", "plan.exec.yaml")).code).toBe(0);
    const { path } = await rig.latestRun();
    expect(await readFile(join(path, "tasks/t1/1/output.md"), "utf8")).toBe("");
  });
});

test("a task cannot answer the question of another task of its run", async () => {
  const answer = `'${process.execPath}' '${binary}' answer "$INTERSERVE_RUN" a yes 2> said`;
  const all = manifestOf([{ a: "", b: "" }], { top: "mode: dependency-driven\nmax_parallel: 1" });
  const runs = ["echo VERDICT: QUESTION which?", answer];
  await rig.file(
    "plan.exec.yaml",
    all.replaceAll(/run: .*/g, () => `run: ${JSON.stringify(runs.shift())}`),
  );
  const { code, stdout } = await rig.run("run", "plan.exec.yaml");
  expect([code, stdout]).toEqual([1, expect.stringMatching(/1 fail, 1 question of 2/)]);
  expect(await readFile(join(rig.dir, "said"), "utf8")).toMatch(
    /^error: a task cannot answer the questions of its own run\n/,
  );
});
