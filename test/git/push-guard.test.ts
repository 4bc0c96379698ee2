import { spawnSync } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Rig } from "../rig.ts";

const identity = {
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@b.c",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@b.c",
};

/** A project with a real remote. */
let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
  git("init", "-q", "-b", "main");
  git("init", "-q", "--bare", "remote.git");
  git("remote", "add", "origin", join(rig.dir, "remote.git"));
  git("commit", "-q", "--allow-empty", "-m", "first");
});
afterEach(() => rig.close());

function git(...args: string[]): string {
  const env = { ...process.env, ...identity };
  const { stdout, stderr, status } = spawnSync("git", args, { cwd: rig.dir, encoding: "utf8", env });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const hook = async (path: string, script: string) =>
  chmod(await rig.file(path, `#!/bin/sh\n${script}\n`), 0o755);

async function run(command: string, flags: readonly string[] = [], env = {}) {
  const task = `      - id: a\n        run: ${JSON.stringify(command)}\n`;
  const manifest = `version: 1\nmode: all-parallel\nstages:\n  - name: s\n    tasks:\n${task}`;
  await rig.file("plan.exec.yaml", manifest);
  const started = rig.command(["run", "plan.exec.yaml", "--json", ...flags], { ...identity, ...env });
  return { ...(await started.ended), events: started.events.all };
}

const remoteHas = () => git("--git-dir", "remote.git", "branch", "--list", "main").trim() !== "";
const settings = () => readFile(join(rig.dir, ".git/config"), "utf8");

test("a task's push is refused and recorded; the repository is unchanged and its user can push", async () => {
  const before = await settings();
  const { code, events } = await run("git push -q origin main");
  expect(code).toBe(1);
  expect(remoteHas()).toBe(false);
  expect(events).toContainEqual(
    expect.objectContaining({
      event: "task.push_refused",
      task: "a",
      attempt: 1,
      remote: `origin ${join(rig.dir, "remote.git")}`,
    }),
  );
  expect(await settings()).toBe(before);
  git("push", "-q", "origin", "main");
  expect(remoteHas()).toBe(true);
});

test("--allow-push lets a task push", async () => {
  const { code, events } = await run("git push -q origin main", ["--allow-push"]);
  expect(code).toBe(0);
  expect(remoteHas()).toBe(true);
  expect(events.map(({ event }) => event)).not.toContain("task.push_refused");
});

test("the repository's own hooks run and can refuse a commit", async () => {
  await hook(".git/hooks/pre-commit", "echo ran >> own.txt; test ! -e forbid");
  const commit = "git commit -q --allow-empty -m second";
  expect((await run(commit)).code).toBe(0);
  expect(await readFile(join(rig.dir, "own.txt"), "utf8")).toBe("ran\n");
  await writeFile(join(rig.dir, "forbid"), "");
  expect((await run(commit)).code).toBe(1);
});

test("hooks in the folder of core.hooksPath run with their arguments", async () => {
  git("config", "core.hooksPath", "tools/hooks");
  await hook("tools/hooks/commit-msg", 'cp "$1" message.txt');
  expect((await run("git commit -q --allow-empty -m 'as it was'")).code).toBe(0);
  expect(await readFile(join(rig.dir, "message.txt"), "utf8")).toBe("as it was\n");
});

test("a push by a hook of the repository is refused", async () => {
  await hook(".git/hooks/post-commit", "git push -q origin main");
  const { events } = await run("git commit -q --allow-empty -m second");
  expect(remoteHas()).toBe(false);
  expect(events.map(({ event }) => event)).toContain("task.push_refused");
});

test("settings of git in the caller's environment are kept", async () => {
  const env = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "demo.key", GIT_CONFIG_VALUE_0: "kept" };
  expect((await run("git config demo.key > seen.txt", [], env)).code).toBe(0);
  expect(await readFile(join(rig.dir, "seen.txt"), "utf8")).toBe("kept\n");
});
