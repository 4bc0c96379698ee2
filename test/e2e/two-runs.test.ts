import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { processStart } from "../../src/process/process-start.ts";
import { binary, type Command, manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(() => rig.close());

/** A manifest of one task, which declares these files. */
const manifest = (id: string, files = "") =>
  manifestOf([{ [id]: "" }], { task: files ? { [id]: `files: [${files}]` } : {} });
const started = (file: string, ...flags: string[]) => rig.command(["run", file, "--json", ...flags]);
const nameOf = async (run: Command) => (await run.event("run.started")).run;
const live = async () => {
  const runs = JSON.parse((await rig.run("runs", "--json")).stdout) as { run: string }[];
  return runs.map(({ run }) => run);
};

describe("a second run in a project", () => {
  test.each([
    ["writes a file of the first", "src/x.ts", "src", "writes the same files: src/x.ts"],
    ["declares no files", "src/x.ts", "", "works in the same project, and the new one declares no files"],
    [
      "stands beside a run that declares no files",
      "",
      "x.ts",
      "works in the same project, and it declares no files",
    ],
  ])("is refused if it %s, and nothing is left of it", async (_, one, other, why) => {
    await rig.file("a.exec.yaml", manifest("a", one));
    await rig.file("b.exec.yaml", manifest("b", other));
    const first = started("a.exec.yaml");
    const name = await nameOf(first);
    const { code, stderr } = await rig.run("run", "b.exec.yaml");
    expect(code).toBe(2);
    expect(stderr).toContain(`run ${name} in process ${first.child.pid} ${why}`);
    expect(stderr).toContain("--beside");
    expect(await live()).toEqual([name]);
    await (await rig.agent("a")).exit();
    expect((await first.ended).code).toBe(0);

    const second = started("b.exec.yaml");
    await (await rig.agent("b")).exit();
    expect((await second.ended).code).toBe(0);
  });

  test("runs beside the first if they declare different files, and with --beside in any case", async () => {
    await rig.file("a.exec.yaml", manifest("a", "src/a.ts"));
    await rig.file("b.exec.yaml", manifest("b", "src/b.ts"));
    await rig.file("c.exec.yaml", manifest("c"));
    const runs = [started("a.exec.yaml"), started("b.exec.yaml")];
    const agents = [await rig.agent("a"), await rig.agent("b")];
    runs.push(started("c.exec.yaml", "--beside"));
    for (const agent of [...agents, await rig.agent("c")]) await agent.exit();
    for (const run of runs) expect((await run.ended).code).toBe(0);
  });

  test("is refused as a resume and as an answer that resumes, too", async () => {
    await rig.file("a.exec.yaml", manifest("a", "x.ts"));
    const parked = started("a.exec.yaml");
    await (await rig.agent("a")).exit(0, "VERDICT: QUESTION which port?\n");
    await parked.ended;
    const name = await nameOf(parked);
    await rig.file("b.exec.yaml", manifest("b", "x.ts"));
    const other = started("b.exec.yaml");
    const b = await rig.agent("b");
    for (const args of [
      ["resume", name],
      ["answer", name, "a", "8080"],
    ]) {
      const { code, stderr } = await rig.run(...args);
      expect([code, stderr]).toEqual([2, expect.stringContaining("writes the same files: x.ts")]);
    }
    const beside = rig.command(["resume", name, "--beside", "--json"]);
    await (await rig.agent("a", 2)).exit();
    expect((await beside.ended).code).toBe(0);
    await b.exit();
    expect((await other.ended).code).toBe(0);
  });

  test("starts after the first was killed", async () => {
    await rig.file("a.exec.yaml", manifest("a"));
    const killed = started("a.exec.yaml");
    const agent = await rig.agent("a");
    killed.child.kill("SIGKILL");
    await killed.ended;
    await rig.file("b.exec.yaml", manifest("b"));
    const second = started("b.exec.yaml");
    await (await rig.agent("b")).exit();
    expect((await second.ended).code).toBe(0);
    await agent.exit();
  });

  test("is not refused for what only reads", async () => {
    await rig.file("a.exec.yaml", manifest("a"));
    const first = started("a.exec.yaml");
    const agent = await rig.agent("a");
    for (const args of [
      ["run", "a.exec.yaml", "--dry-run"],
      ["check", "a.exec.yaml"],
      ["show", "a.exec.yaml"],
      ["status"],
    ])
      expect((await rig.run(...args)).code).toBe(0);
    await agent.exit();
    expect((await first.ended).code).toBe(0);
  });

  test("is refused beside a live run of 0.1.0, whose journal says what it may write", async () => {
    const run = "20260101-000000-abcd";
    const folder = `.interserve/runs/${run}`;
    const at = "2026-01-01T00:00:00.000Z";
    const task = {
      id: "a",
      title: "a",
      stage: "s",
      depends: [],
      files: ["old.ts"],
      engine: "command",
      tier: "deep",
    };
    const start = {
      ...{ v: 1, event: "run.started", at, run, manifest: "m", directory: join(rig.dir, folder) },
      ...{ mode: "all-parallel", max_parallel: 1, tasks: [task], options: {} },
    };
    const host = (await import("node:os")).hostname();
    const holder = { pid: process.pid, start: processStart(process.pid), host };
    await rig.file(`${folder}/lock`, JSON.stringify(holder));
    const refused = async (files: string) => {
      await rig.file("b.exec.yaml", manifest("b", files));
      const { code, stderr } = await rig.run("run", "b.exec.yaml");
      return code === 2 && stderr.includes(`run ${run} in process ${process.pid} `);
    };
    // Before its first line nobody knows what it may write.
    expect(await refused("new.ts")).toBe(true);
    await rig.file(`${folder}/journal.jsonl`, `${JSON.stringify(start)}\n`);
    expect(await refused("old.ts")).toBe(true);
    await rig.file("b.exec.yaml", manifest("b", "new.ts"));
    const beside = started("b.exec.yaml");
    await (await rig.agent("b")).exit();
    expect((await beside.ended).code).toBe(0);
  });
});

test("of several runs that start at the same moment exactly one starts", async () => {
  await rig.file("a.exec.yaml", manifest("a"));
  const runs = Array.from({ length: 4 }, () => started("a.exec.yaml"));
  const agent = await rig.agent("a");
  const refused = await Promise.all(
    runs.map((run) => Promise.race([run.ended, run.event("run.started").then(() => undefined)])),
  );
  expect(refused.filter((end) => end === undefined)).toHaveLength(1);
  expect(refused.filter((end) => end?.code === 2)).toHaveLength(3);
  await agent.exit();
  await Promise.all(runs.map(({ ended }) => ended));
  expect(rig.started()).toEqual(["a"]);
});

test("a run that a task starts is not refused beside the runs that it is part of", async () => {
  const nested = (file: string) => `'${process.execPath}' '${binary}' run ${file} --json`;
  const outer = (id: string, file: string) => {
    const task = `      - { id: ${id}, files: [x.ts], run: ${JSON.stringify(nested(file))} }`;
    return `version: 1\nmode: all-parallel\nstages:\n  - name: s\n    tasks:\n${task}\n`;
  };
  await rig.file("a.exec.yaml", outer("a", "b.exec.yaml"));
  await rig.file("b.exec.yaml", outer("b", "c.exec.yaml"));
  await rig.file("c.exec.yaml", manifest("c", "x.ts"));
  const run = started("a.exec.yaml");
  const agent = await rig.agent("c");
  await rig.file("d.exec.yaml", manifest("d", "x.ts"));
  expect((await rig.run("run", "d.exec.yaml")).code).toBe(2);
  await agent.exit();
  expect((await run.ended).code).toBe(0);
});

test("runs in two working trees of one repository do not refuse each other", async () => {
  const git = (...args: string[]) =>
    promisify(execFile)("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      cwd: rig.dir,
    });
  await git("init", "-q");
  await git("commit", "-q", "--allow-empty", "-m", "start");
  await git("worktree", "add", "-q", "trees/other");
  await rig.file("a.exec.yaml", manifest("a"));
  await rig.file("trees/other/b.exec.yaml", manifest("b"));
  const first = started("a.exec.yaml");
  const a = await rig.agent("a");
  const second = rig.command(["run", "b.exec.yaml", "--json"], {}, join(rig.dir, "trees/other"));
  await (await rig.agent("b")).exit();
  expect((await second.ended).code).toBe(0);
  await a.exit();
  expect((await first.ended).code).toBe(0);
});
