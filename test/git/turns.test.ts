import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commitsOf, gitTurnsEnv, writeGitTurns } from "../../src/git/turns.ts";
import { Rig } from "../rig.ts";

const identity = {
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@b.c",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@b.c",
};

/** A project with one commit, and the `git` that takes turns in `bin`. */
let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
  git("init", "-q", "-b", "main");
  git("commit", "-q", "--allow-empty", "-m", "first");
  await writeGitTurns(join(rig.dir, "bin"));
});
afterEach(() => rig.close());

function git(...args: string[]): string {
  const env = { ...process.env, ...identity };
  const { stdout, stderr, status } = spawnSync("git", args, { cwd: rig.dir, encoding: "utf8", env });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

const envOf = (attempt: string) => ({
  ...process.env,
  ...identity,
  ...gitTurnsEnv(process.env, join(rig.dir, "bin"), join(rig.dir, "commits.txt")),
  INTERSERVE_ATTEMPT: attempt,
});

interface Shell {
  readonly child: ChildProcess;
  readonly ended: Promise<{ status: number | null; output: string }>;
}

/** Runs a shell command of an attempt. */
function shell(line: string, attempt = "run/a/1"): Shell {
  const child = spawn("sh", ["-c", line], { cwd: rig.dir, env: envOf(attempt) });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  return {
    child,
    ended: new Promise((resolve) => child.on("close", (status) => resolve({ status, output }))),
  };
}

const filesOf = (commit: string) => git("show", "--format=", "--name-only", commit);
/** Waits for a file, then goes on. */
const until = (file: string) => `while ! [ -e ${file} ]; do sleep 0.01; done`;

describe("with the git of tasks", () => {
  test("a commit waits for another one to end", async () => {
    await rig.file(".git/hooks/pre-commit", `#!/bin/sh\ntouch began\n${until("go")}\n`);
    await chmod(join(rig.dir, ".git/hooks/pre-commit"), 0o755);
    await rig.file("a.txt", "a");
    const first = shell("git add a.txt && git commit -qm a");
    await shell(until("began")).ended;
    await rig.file("b.txt", "b");
    const second = shell("git add b.txt && touch added; git commit -qm b", "run/b/1");
    // The second one has its turn only after the first: while the hook runs, it adds nothing.
    expect(git("ls-files")).toBe("a.txt");
    await rig.file("go", "");
    expect([await first.ended, await second.ended]).toMatchObject([{ status: 0 }, { status: 0 }]);
    expect([filesOf("HEAD~1"), filesOf("HEAD")]).toEqual(["a.txt", "b.txt"]);
    expect(await commitsOf(rig.dir)).toEqual([git("rev-parse", "HEAD~1"), git("rev-parse", "HEAD")]);
  });

  test("a shell that has staged files commits them before others stage theirs", async () => {
    for (const name of ["a", "b"]) await rig.file(`${name}.txt`, name);
    const first = shell(`git add a.txt && touch staged && ${until("go")}; git commit -qm a`);
    await shell(until("staged")).ended;
    const second = shell("touch asked; git add b.txt && git commit -qm b", "run/b/1");
    await shell(until("asked")).ended;
    await rig.file("go", "");
    expect([await first.ended, await second.ended]).toMatchObject([{ status: 0 }, { status: 0 }]);
    expect([filesOf("HEAD~1"), filesOf("HEAD")]).toEqual(["a.txt", "b.txt"]);
  });

  test("the turn of a process that is gone is over, and so is the staging of a shell that is gone", async () => {
    const gone = spawnSync("true").pid;
    await rig.file(".git/interserve.lock", `${gone}\n`);
    await rig.file(".git/interserve.staged", `run/b/1 ${gone} ${Math.floor(Date.now() / 1000)}\n`);
    await rig.file("a.txt", "a");
    expect(await shell("git add a.txt && git commit -qm a").ended).toEqual({ status: 0, output: "" });
    expect(await readFile(join(rig.dir, ".git/interserve.lock"), "utf8").catch(() => "none")).toBe("none");
  });

  test.each([
    ["a hook that stages files", "git add b.txt", "git add a.txt && git commit -qm a", "a.txt\nb.txt"],
    ["an alias", "true", "git config alias.ci commit && git add a.txt && git ci -qm a", "a.txt"],
    [
      "options before the command",
      "true",
      "cd bin && git -C .. add a.txt && git -C '..' commit -qm 'a b'",
      "a.txt",
    ],
    ["commit -a", "true", "git add a.txt && git commit -qam a", "a.txt"],
  ])("%s works as ever", async (_, hook, line, files) => {
    await rig.file(".git/hooks/pre-commit", `#!/bin/sh\n${hook}\n`);
    await chmod(join(rig.dir, ".git/hooks/pre-commit"), 0o755);
    for (const name of ["a", "b"]) await rig.file(`${name}.txt`, name);
    expect(await shell(line).ended).toEqual({ status: 0, output: "" });
    expect(filesOf("HEAD")).toBe(files);
  });

  test.each([
    ["git commit -qm nothing", 1],
    ["git add missing.txt", 128],
    ["git no-such-command", 1],
    ["cd / && git add x", 128],
    ["git rev-parse HEAD", 0],
    ["git log -1 --format=%s | cat", 0],
    ["git", 1],
  ])("%j says and ends what the real one does", async (line, status) => {
    const real = spawnSync("sh", ["-c", line], {
      cwd: rig.dir,
      encoding: "utf8",
      env: { ...process.env, ...identity },
    });
    expect(real.status).toBe(status);
    expect(await shell(line).ended).toEqual({ status, output: real.stdout + real.stderr });
  });

  test("a repository that cannot be written is left to the real git", async () => {
    await writeFile(join(rig.dir, "a.txt"), "a");
    await chmod(join(rig.dir, ".git"), 0o500);
    const { status } = await shell("git add a.txt").ended;
    await chmod(join(rig.dir, ".git"), 0o700);
    // The superuser may write anyway.
    expect(status).toBe(process.getuid?.() === 0 ? 0 : 128);
  });
});

test("tasks that commit at the same time all pass, and each has the files that it has changed", async () => {
  const ids = ["a", "b", "c", "d", "e", "f"];
  const tasks = ids.map(
    (id) =>
      `      - {id: ${id}, run: "echo ${id} > ${id}.txt; touch at-${id}; ${ids.map((other) => until(`at-${other}`)).join("; ")}; git add ${id}.txt; git commit -qm ${id}"}\n`,
  );
  await rig.file(".gitignore", "at-*\nbin\nagents.sock\n*.yaml\n.gitignore\n");
  await rig.file(
    "plan.exec.yaml",
    `version: 1\nmode: all-parallel\nmax_parallel: 6\nstages:\n  - name: s\n    tasks:\n${tasks.join("")}`,
  );
  const run = rig.command(["run", "plan.exec.yaml", "--json"], identity);
  expect((await run.ended).code).toBe(0);
  const status = JSON.parse((await rig.run("status", "--json")).stdout);
  const subjects = git("log", "--format=%s", "-6").split("\n");
  for (const [at, subject] of subjects.entries()) expect(filesOf(`HEAD~${at}`)).toBe(`${subject}.txt`);
  for (const { id, files_changed, notes } of status.tasks) {
    // What others have not committed by then may be anyone's, and is marked.
    expect(files_changed).toContain(`${id}.txt`);
    const unsure = ids.filter((other) => other !== id && files_changed.includes(`${other}.txt`));
    for (const other of unsure)
      expect(notes.join()).toMatch(new RegExp(`not sure who changed .*${other}\\.txt`));
  }
});
