import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive } from "../process/processes.ts";
import { agentCommand, manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(() => rig.close());

const server = "sleep 1000 & echo $! > pid";
const start = async (task: string, ...flags: string[]) => {
  const manifest = manifestOf([{ serve: "", use: "serve" }], { task: { serve: task } });
  await rig.file(
    "plan.exec.yaml",
    manifest.replace(`run: ${JSON.stringify(agentCommand)}`, `run: ${JSON.stringify(server)}`),
  );
  return rig.command(["run", "plan.exec.yaml", ...flags]);
};
const serverPid = async () => Number(await readFile(join(rig.dir, "pid"), "utf8"));

test("a process that a task leaves running is ended, and its end is noted on the task", async () => {
  const run = await start("title: Server");
  const use = await rig.agent("use");
  expect(isAlive(await serverPid())).toBe(false);
  const note = "ended 1 process left running: sleep 1000";
  expect(use.prompt).toContain(note);
  await use.exit();
  const { code, stdout } = await run.ended;
  expect(code).toBe(0);
  expect(stdout).toContain(`note      serve Server: ${note}`);
  expect(stdout).toMatch(/\n {2}pass {6}serve Server\n {12}ended 1 process left running: sleep 1000\n/);
  const status = JSON.parse((await rig.run("status", "--json")).stdout);
  expect(status.tasks[0].notes[0]).toContain(note);
  expect(await readFile(join(status.tasks[0].artifacts, "log.txt"), "utf8")).toContain(note);
  const outcome = JSON.parse(await readFile(join(status.tasks[0].artifacts, "outcome.json"), "utf8"));
  expect(outcome).toMatchObject({ status: "pass", ended_processes: ["sleep 1000"] });
});

describe("with `keep_running`, a process that a task leaves running is kept", () => {
  const verified =
    'keep_running: true\nverify: [{run: "kill -0 $(cat pid)"}, {run: "exit 3", expect: exit 3}]';

  test("for later tasks, and is ended with the run", async () => {
    const run = await start(verified);
    const use = await rig.agent("use");
    expect(isAlive(await serverPid())).toBe(true);
    await use.exit();
    const { code, stdout } = await run.ended;
    expect(code).toBe(0);
    expect(stdout).not.toContain("left running");
    expect(isAlive(await serverPid())).toBe(false);
  });

  test("until the run is cancelled", async () => {
    const run = await start("keep_running: true");
    await rig.agent("use");
    run.child.kill("SIGINT");
    expect((await run.ended).code).toBe(130);
    expect(isAlive(await serverPid())).toBe(false);
  });

  test("not after the task has failed", async () => {
    const run = await start('keep_running: true\nverify: [{run: "kill -0 $(cat pid); false"}]');
    expect((await run.ended).code).toBe(1);
    expect(isAlive(await serverPid())).toBe(false);
  });

  test("and a resume of a killed run ends it and runs its task again, but not those that passed with it", async () => {
    const manifest = manifestOf([{ serve: "", first: "serve", use: "serve" }], {
      task: { serve: "keep_running: true" },
    });
    await rig.file(
      "plan.exec.yaml",
      manifest.replace(`run: ${JSON.stringify(agentCommand)}`, `run: ${JSON.stringify(server)}`),
    );
    const run = rig.command(["run", "plan.exec.yaml", "--json"]);
    await (await rig.agent("first")).exit();
    await run.event("task.settled", "first");
    await rig.agent("use");
    run.child.kill("SIGKILL");
    await run.ended;
    const left = await serverPid();
    expect(isAlive(left)).toBe(true);
    const resumed = rig.command(["resume", "--json"]);
    const use = await rig.agent("use", 2);
    expect(isAlive(left)).toBe(false);
    expect(isAlive(await serverPid())).toBe(true);
    expect(await resumed.event("run.resumed")).toMatchObject({
      kept: ["first"],
      again: [
        { task: "serve", reason: "the processes it kept running ended with the run" },
        { task: "use", reason: "was interrupted" },
      ],
    });
    await use.exit();
    expect((await resumed.ended).code).toBe(0);
    expect(isAlive(await serverPid())).toBe(false);
  });
});
