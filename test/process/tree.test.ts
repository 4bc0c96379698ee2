import { execFileSync } from "node:child_process";
import { mkdir, stat } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { endTree } from "../../src/process/tree.ts";
import { carriers, isAlive } from "./processes.ts";
import { makeSceneForEachTest, Scene, scene } from "./scene.ts";

makeSceneForEachTest();

describe("a process tree", () => {
  test("is ended when its time is up, and reports a timeout", async () => {
    const end = await scene.shell("yes", { timeoutMs: 100 });
    expect(end.ended).toBe("timeout");
    expect(end.durationMs).toBeGreaterThanOrEqual(100);
    expect((await stat(scene.path("out"))).size).toBe(end.stdoutBytes);
  });

  test("is killed after a cancelled run's grace period, which can be shortened meanwhile", async () => {
    let grace = 100_000;
    const tree = scene.tree(["ignores-term"], { graceMs: () => grace });
    await tree.says("ready");
    scene.abort();
    await tree.says("term");
    grace = 0;
    expect(await tree.end).toMatchObject({ ended: "cancelled" });
    expect(await scene.text("out")).toBe("ready\nterm\n");
  });

  test("is ended with a grandchild that has a session of its own and ignores SIGTERM", async () => {
    execFileSync("mkfifo", [scene.path("fifo")]);
    const tree = scene.tree(["new-session", scene.path("fifo")], { graceMs: () => 100 });
    await tree.says("ready");
    const grandchild = Number(tree.lines[0]);
    expect(isAlive(grandchild)).toBe(true);
    scene.abort();
    expect(await tree.end).toMatchObject({ ended: "cancelled" });
    expect(isAlive(grandchild)).toBe(false);
  });

  test("is found by a marker in the letters of any script", async () => {
    execFileSync("mkfifo", [scene.path("fifo")]);
    const marker = `${scene.marker}/задача ü`;
    const env = { PATH: process.env.PATH ?? "", INTERSERVE_ATTEMPT: marker };
    const tree = scene.tree(["new-session", scene.path("fifo")], { graceMs: () => 100, marker, env });
    await tree.says("ready");
    scene.abort();
    await tree.end;
    expect(carriers(marker)).toEqual([]);
  });

  test("is ended although it has closed its pipes", async () => {
    const tree = scene.tree(["closes-pipes"]);
    await tree.says("closed");
    scene.abort();
    expect(await tree.end).toMatchObject({ ended: "cancelled" });
  });

  test.each([0, 5])(
    "is ended, other sessions included, after its leader has exited with status %i",
    async (status) => {
      execFileSync("mkfifo", [scene.path("fifo")]);
      const tree = scene.tree(["leaves-session", scene.path("fifo"), String(status)]);
      expect(await tree.end).toMatchObject({ ended: "exited", exitCode: status });
      expect(isAlive(Number(tree.lines[0]))).toBe(false);
    },
  );

  test("is ended, other processes of its group included, after its leader has exited", async () => {
    expect(await scene.tree(["leaves-group"]).end).toMatchObject({ ended: "exited", exitCode: 0 });
  });

  test("is ended with what a run that it has started leaves behind", async () => {
    execFileSync("mkfifo", [scene.path("fifo")]);
    const inner = { INTERSERVE_ATTEMPT: "inner/1", INTERSERVE_OUTER: `outermost/1:${scene.marker}` };
    const env = { PATH: process.env.PATH ?? "", ...inner };
    // Not in the group, nor with the marker in the first variable: only its second variable tells.
    const { end } = scene.tree(["leaves-session", scene.path("fifo"), "0"], { env });
    await end;
    expect(carriers("inner/1")).toEqual([]);
  });

  test("is told of by command line if it has to be ended after its leader has exited", async () => {
    const told: (readonly string[])[] = [];
    const onLeftovers = (commands: readonly string[]) => void told.push(commands);
    await scene.shell("sleep 1000 & sleep 1001 >&2 &", { onLeftovers });
    expect(told.map((commands) => commands.toSorted())).toEqual([["sleep 1000", "sleep 1001"]]);
    await scene.shell("sleep 0.01 &", { onLeftovers });
    expect(told).toHaveLength(1);
  });

  test("is kept after a success if that was asked for, and can go on writing", async () => {
    execFileSync("mkfifo", [scene.path("fifo")]);
    const line = "(echo one; read -r go < fifo; echo two && echo wrote > wrote; exec sleep 1000) & echo done";
    const end = await scene.shell(line, { keepsRunning: true });
    expect(end).toMatchObject({ ended: "exited", exitCode: 0 });
    expect((await scene.text("out")).split("\n").sort().join(" ").trim()).toBe("done one");
    const left = carriers(scene.marker);
    expect(left.length).toBeGreaterThan(0);
    execFileSync("sh", ["-c", "echo go > fifo; while ! [ -e wrote ]; do sleep 0.01; done"], {
      cwd: scene.dir,
    });
    expect(await endTree({ group: -1, marker: scene.marker }, () => 100_000)).toBe(true);
    expect(await scene.shell("sleep 1000 & exit 1", { keepsRunning: true })).toMatchObject({ exitCode: 1 });
    expect(carriers(scene.marker)).toEqual([]);
  });

  test("is ended without processes whose marker only begins with its own", async () => {
    const other = await Scene.make();
    const longer = `${scene.marker}0`;
    const env = { PATH: process.env.PATH ?? "", INTERSERVE_ATTEMPT: longer };
    const bystander = other.tree(["ignores-term"], { marker: longer, env, graceMs: () => 0 });
    await bystander.says("ready");
    const tree = scene.tree(["ignores-term"], { graceMs: () => 0 });
    await tree.says("ready");
    scene.abort();
    await tree.end;
    expect(carriers(longer).length).toBeGreaterThan(0);
    other.abort();
    expect(await bystander.end).toMatchObject({ ended: "cancelled" });
    await other.close();
  });
});

test("a process outside the tree that holds the pipes does not delay the end", async () => {
  execFileSync("mkfifo", [scene.path("fifo")]);
  expect(await scene.tree(["leaves-stranger", scene.path("fifo")]).end).toMatchObject({ exitCode: 0 });
  const stranger = Number(await scene.text("out"));
  expect(isAlive(stranger)).toBe(true);
  process.kill(stranger, "SIGKILL");
});

test("twenty processes at once keep their outputs and statuses apart", async () => {
  const all = Array.from({ length: 20 }, async (_, at) => {
    await mkdir(scene.path(`${at}`));
    const marker = `${scene.marker}/${at}`;
    const env = { PATH: process.env.PATH ?? "", INTERSERVE_ATTEMPT: marker };
    const files = { stdoutFile: scene.path(`${at}/out`), stderrFile: scene.path(`${at}/err`) };
    const { signal } = new AbortController();
    const end = await scene.shell(`echo ${at}; exit ${at}`, { marker, env, signal, ...files });
    return [end.exitCode, await scene.text(`${at}/out`)];
  });
  expect(await Promise.all(all)).toEqual(Array.from({ length: 20 }, (_, at) => [at, `${at}\n`]));
});
