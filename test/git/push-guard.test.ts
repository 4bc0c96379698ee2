import { spawnSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { binary, Rig } from "../rig.ts";

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

/** A manifest with one task for each command, one after the other. */
const manifestWith = (...commands: string[]): string => {
  const tasks = commands.map(
    (command, at) => `      - id: ${"ab"[at]}\n        run: ${JSON.stringify(command)}\n`,
  );
  return `version: 1\nmode: all-sequential\nstages:\n  - name: s\n    tasks:\n${tasks.join("")}`;
};

async function run(command: string, flags: readonly string[] = [], env = {}, next: string[] | string = []) {
  await rig.file("plan.exec.yaml", manifestWith(command, ...[next].flat()));
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

describe("an installer of hooks", () => {
  /** What lefthook does: it asks git for the folder, moves what it finds there away, and writes its own. */
  const install = (folder: string) => `
hooks=$(${folder})
for hook in pre-commit pre-push; do
  if [ -e "$hooks/$hook" ]; then mv "$hooks/$hook" "$hooks/$hook.old"; fi
  printf '#!/bin/sh\\necho %s >> installed.txt\\n' "$hook" > "$hooks/$hook"
  chmod +x "$hooks/$hook"
done
`;
  const asking = install("git rev-parse --git-path hooks");
  const commit = "git commit -q --allow-empty -m second";
  const push = "git push -q origin main";
  const ran = () => readFile(join(rig.dir, "installed.txt"), "utf8");

  test.each([
    ["git rev-parse", "git rev-parse --git-path hooks"],
    ["git -C", 'git -C "$PWD" -c a.b=c rev-parse --git-path hooks'],
    ["git config", "git config core.hooksPath || echo .git/hooks"],
  ])(
    "that asks with `%s` writes to the repository's hooks, and a push stays refused",
    async (_, question) => {
      const { code, events } = await run(`${install(question)}\n${commit} && ! ${push}`);
      expect(code).toBe(0);
      expect(remoteHas()).toBe(false);
      expect(await ran()).toBe("pre-commit\n");
      const names = events.map(({ event }) => event);
      expect(names).toContain("task.push_refused");
      expect(names).not.toContain("run.guard_restored");
      git("push", "-q", "origin", "main");
      expect(await ran()).toBe("pre-commit\npre-push\n");
    },
  );

  test("that writes to the configured folder of hooks keeps its hooks there", async () => {
    git("config", "core.hooksPath", "tools/hooks");
    await mkdir(join(rig.dir, "tools/hooks"), { recursive: true });
    expect((await run(`${asking}\n${commit}`)).code).toBe(0);
    expect(await readdir(join(rig.dir, "tools/hooks"))).toEqual(["pre-commit", "pre-push"]);
    expect(await ran()).toBe("pre-commit\n");
  });

  test("that finds the guard's folder all the same loses nothing, and the next attempt is guarded", async () => {
    const around = install('echo "$GIT_CONFIG_VALUE_0"');
    const { events, code } = await run(around, [], {}, `${commit}; ! ${push}`);
    expect(code).toBe(0);
    expect(remoteHas()).toBe(false);
    expect(events).toContainEqual(
      expect.objectContaining({
        event: "run.guard_restored",
        restored: ["pre-commit", "pre-push"],
        moved: ["pre-commit", "pre-push"],
      }),
    );
    expect(events.map(({ event }) => event)).toContain("task.push_refused");
    expect(await ran()).toBe("pre-commit\n");
    const { hooks } = await rig.latestRun();
    expect((await readdir(hooks)).filter((name) => name.endsWith(".old"))).toEqual([]);
  });

  test("does not replace a hook of the repository by way of the guard's folder", async () => {
    await hook(".git/hooks/pre-commit", "echo own >> installed.txt");
    const { events } = await run(install('echo "$GIT_CONFIG_VALUE_0"'), [], {}, commit);
    expect(events).toContainEqual(expect.objectContaining({ moved: ["pre-push"] }));
    expect(await ran()).toBe("own\n");
  });
});

test.each([
  ["removed", 'rm -r "$GIT_CONFIG_VALUE_0"'],
  ["emptied", ': > "$GIT_CONFIG_VALUE_0/pre-push"'],
  ["made a file", 'rm -r "$GIT_CONFIG_VALUE_0" && : > "$GIT_CONFIG_VALUE_0"'],
  ["made unusable", 'chmod -x "$GIT_CONFIG_VALUE_0/pre-push"'],
])("a guard that a task has %s is back for the next one, and the run says so", async (_, damage) => {
  const { events, stdout } = await run(damage, [], {}, "! git push -q origin main");
  expect(remoteHas()).toBe(false);
  const restored = events.find(({ event }) => event === "run.guard_restored");
  expect(restored).toMatchObject({ restored: expect.arrayContaining(["pre-push"]), moved: [] });
  expect(stdout).toContain("task.push_refused");
});

test("a run within a run runs the repository's hooks once, and refuses a push", async () => {
  git("clone", "-q", join(rig.dir, ".git"), "inner");
  git("-C", "inner", "remote", "set-url", "origin", join(rig.dir, "remote.git"));
  await hook("inner/.git/hooks/pre-commit", "echo ran >> own.txt");
  const task = "git commit -q --allow-empty -m second && ! git push -q origin HEAD:main";
  await rig.file("inner/plan.exec.yaml", manifestWith(task));
  const { code } = await run(`cd inner && '${process.execPath}' '${binary}' run plan.exec.yaml`);
  expect(code).toBe(0);
  expect(await readFile(join(rig.dir, "inner/own.txt"), "utf8")).toBe("ran\n");
  expect(remoteHas()).toBe(false);
});
