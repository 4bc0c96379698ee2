import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { filesChanged, type WorkingTree, workingTree } from "../../src/git/working-tree.ts";

let dir: string;
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), "interserve-git-")));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const git = (...args: string[]) => {
  const who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"];
  execFileSync("git", [...who, ...args], { cwd: dir, stdio: "pipe" });
};
const write = (path: string, text: string) => writeFile(join(dir, path), text);
/** The files that an act changes, as paths from a directory of the tree. */
async function changedBy(act: () => unknown, from = dir): Promise<string[]> {
  const before = (await workingTree(from)) as WorkingTree;
  await act();
  return filesChanged(before, (await workingTree(from, before.root)) as WorkingTree);
}

test("there is no snapshot of a directory outside a working tree", async () => {
  expect(await workingTree(dir)).toBeUndefined();
  expect(await workingTree(join(dir, "missing"))).toBeUndefined();
});

test("changed files are found before the first commit", async () => {
  git("init", "-q");
  await write("old.txt", "1");
  expect(await changedBy(() => write("new.txt", "1"))).toEqual(["new.txt"]);
  const commit = () => {
    git("add", "new.txt");
    git("commit", "-qm", "one");
  };
  expect(await changedBy(commit)).toEqual(["new.txt"]);
});

describe("the changed files of a repository with a commit", () => {
  beforeEach(async () => {
    git("init", "-q");
    await mkdir(join(dir, "sub"));
    for (const path of ["a.txt", "b.txt", "sub/c.txt"]) await write(path, "1\n");
    await write(".gitignore", "ignored\n");
    git("add", ".");
    git("commit", "-qm", "one");
  });

  test("are those written, created, removed and renamed, without ignored ones", async () => {
    const act = async () => {
      await write("a.txt", "2\n");
      await write("ü  new\n.txt", "1");
      await write("ignored", "1");
      git("mv", "b.txt", "d.txt");
      await rm(join(dir, "sub/c.txt"));
    };
    expect(await changedBy(act)).toEqual(["a.txt", "b.txt", "d.txt", "sub/c.txt", "ü  new\n.txt"]);
  });

  test("do not include those changed only before", async () => {
    await write("a.txt", "2\n");
    await write("untracked", "1");
    expect(await changedBy(() => write("b.txt", "2\n"))).toEqual(["b.txt"]);
  });

  test("include those changed before and again, or back", async () => {
    await write("a.txt", "2\n");
    await write("b.txt", "2\n");
    const act = async () => {
      await write("a.txt", "3333\n");
      git("checkout", "-q", "b.txt");
    };
    expect(await changedBy(act)).toEqual(["a.txt", "b.txt"]);
  });

  test("include those committed in between", async () => {
    const act = async () => {
      await write("a.txt", "2\n");
      git("commit", "-qam", "two");
      await write("b.txt", "2\n");
    };
    expect(await changedBy(act)).toEqual(["a.txt", "b.txt"]);
  });

  test("include those with a merge conflict", async () => {
    git("checkout", "-qb", "other");
    await write("a.txt", "other\n");
    git("commit", "-qam", "other");
    git("checkout", "-q", "main");
    await write("a.txt", "main\n");
    git("commit", "-qam", "main");
    const merge = () => expect(() => git("merge", "-q", "other")).toThrow();
    expect(await changedBy(merge)).toEqual(["a.txt"]);
  });

  test("are paths from the requested directory, even through links", async () => {
    const act = async () => {
      await write("a.txt", "2\n");
      await write("sub/c.txt", "2\n");
    };
    expect(await changedBy(act, join(dir, "sub"))).toEqual(["../a.txt", "c.txt"]);
    await symlink(join(dir, "sub"), join(dir, "link"));
    expect(await changedBy(() => write("sub/c.txt", "333\n"), join(dir, "link"))).toEqual(["c.txt"]);
  });
});

describe("changes in a submodule name its files", () => {
  const inSub = (...args: string[]) => git("-C", "sub", ...args);
  beforeEach(async () => {
    await mkdir(join(dir, "library"));
    git("init", "-q", "library");
    await write("library/a.txt", "1");
    git("-C", "library", "add", ".");
    git("-C", "library", "commit", "-qm", "one");
    git("init", "-q");
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "./library", "sub");
    await write(".gitignore", "library\n");
    git("add", ".");
    git("commit", "-qm", "add sub");
  });
  const commitInSub = () => {
    inSub("add", ".");
    inSub("commit", "-qm", "two");
  };

  test("that are not committed", async () => {
    expect(await changedBy(() => write("sub/b.txt", "1"))).toEqual(["sub/b.txt"]);
    expect(await changedBy(() => write("sub/a.txt", "2"))).toEqual(["sub/a.txt"]);
    expect(await changedBy(() => inSub("checkout", "-q", "a.txt"))).toEqual(["sub/a.txt"]);
  });

  test("that are committed in it", async () => {
    await write("sub/b.txt", "1");
    expect(await changedBy(commitInSub)).toEqual(["sub/b.txt"]);
    await write("other.txt", "1");
    expect(await changedBy(() => write("sub/c.txt", "1"))).toEqual(["sub/c.txt"]);
  });

  test("that are committed in it and in the tree around it", async () => {
    const commitBoth = async () => {
      await write("sub/b.txt", "1");
      commitInSub();
      git("commit", "-qam", "move sub");
    };
    expect(await changedBy(commitBoth)).toEqual(["sub/b.txt"]);
  });
});
