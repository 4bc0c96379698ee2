import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findRepository, knowsWorkingTree } from "../../src/git/repository.ts";

let dir: string;
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), "interserve-")));
  await mkdir(join(dir, "app/packages/a"), { recursive: true });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const git = (cwd: string, ...args: string[]) =>
  execFileSync("git", ["-c", "protocol.file.allow=always", "-C", join(dir, cwd), ...args], { stdio: "pipe" });
const inApp = () => ({ root: join(dir, "app"), commonDir: join(dir, "app/.git") });
function makeApp() {
  git("app", "init", "-q");
  git("app", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "first");
}

describe("the repository of a directory", () => {
  test("is the one around it, however deep it lies, and through links", async () => {
    makeApp();
    await symlink(join(dir, "app"), join(dir, "link"));
    for (const path of ["app", "app/packages/a", "link", "link/packages"])
      expect(await findRepository(join(dir, path))).toEqual(inApp());
  });

  test("has the same shared git directory in every linked working tree", async () => {
    makeApp();
    git("app", "worktree", "add", "-q", join(dir, "tree"));
    await mkdir(join(dir, "tree/deep"));
    expect(await findRepository(join(dir, "tree/deep"))).toEqual({ ...inApp(), root: join(dir, "tree") });
  });

  test("is a submodule's own", async () => {
    makeApp();
    await mkdir(join(dir, "other"));
    git("other", "init", "-q");
    git("other", "submodule", "add", "-q", join(dir, "app"), "sub");
    expect(await findRepository(join(dir, "other/sub"))).toEqual({
      root: join(dir, "other/sub"),
      commonDir: join(dir, "other/.git/modules/sub"),
    });
  });

  test("is undefined without one, also next to a .git that is not a git directory", async () => {
    expect(await findRepository(join(dir, "app"))).toBeUndefined();
    expect(await findRepository(join(dir, "gone"))).toBeUndefined();
    await mkdir(join(dir, "app/.git"));
    expect(await findRepository(join(dir, "app/packages"))).toBeUndefined();
    await writeFile(join(dir, "app/packages/.git"), "gitdir: /nowhere\n");
    expect(await findRepository(join(dir, "app/packages"))).toBeUndefined();
  });
});

describe("a working tree", () => {
  const isKnown = async (path: string) => {
    const repository = await findRepository(join(dir, path));
    return repository && knowsWorkingTree(repository);
  };

  test("is known to its repository if it is the main one or a linked one", async () => {
    makeApp();
    git("app", "worktree", "add", "-q", join(dir, "tree"));
    expect([await isKnown("app/packages/a"), await isKnown("tree")]).toEqual([true, true]);
  });

  test("is not known to a repository that only its .git names", async () => {
    makeApp();
    git("app", "worktree", "add", "-q", join(dir, "tree"));
    for (const name of ["file", "copy", "link", "common"]) await mkdir(join(dir, name));
    await writeFile(join(dir, "file/.git"), "gitdir: ../app/.git\n");
    await writeFile(join(dir, "copy/.git"), "gitdir: ../app/.git/worktrees/tree\n");
    await symlink(join(dir, "app/.git"), join(dir, "link/.git"));
    await mkdir(join(dir, "common/.git"));
    await writeFile(join(dir, "common/.git/HEAD"), "ref: refs/heads/main\n");
    await writeFile(join(dir, "common/.git/commondir"), "../../app/.git\n");
    for (const name of ["file", "copy", "link", "common"]) {
      expect(await findRepository(join(dir, name)), name).toMatchObject({ commonDir: join(dir, "app/.git") });
      expect(await isKnown(name), name).toBe(false);
    }
  });
});
