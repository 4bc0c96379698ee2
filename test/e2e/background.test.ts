import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive } from "../process/processes.ts";
import { Pty } from "../pty.ts";
import { manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({ "plan.exec.yaml": manifestOf([{ a: "" }]) });
});
afterEach(() => rig.close());

const statusOf = async () => JSON.parse((await rig.run("status", "--json")).stdout);

describe("the end of the terminal", () => {
  test("does not end a run that shows nothing on it, as under nohup", async () => {
    const run = rig.command(["run", "plan.exec.yaml", "--json"]);
    const a = await rig.agent("a");
    run.child.kill("SIGHUP");
    await a.exit();
    expect((await run.ended).code).toBe(0);
  });

  test("ends a run that it shows", async () => {
    const pty = await Pty.open(rig, ["run", "plan.exec.yaml"]);
    const a = await rig.agent("a");
    process.kill((await statusOf()).pid, "SIGHUP");
    expect(await pty.ended).toBe(129);
    expect(isAlive(a.pid)).toBe(false);
  });
});

describe("`run --detach`", () => {
  test("returns with the run's name once it has begun, and the run goes on", async () => {
    const { code, stdout } = await rig.run("run", "plan.exec.yaml", "--detach");
    const { run, pid } = await statusOf();
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${run} runs in the background, in process ${pid}\nfollow: interserve status ${run} --watch\nstop: kill -INT ${pid}\n`,
    });
    const watched = rig.command(["status", run, "--watch", "--json"]);
    const a = await rig.agent("a");
    await a.exit();
    expect((await watched.ended).code).toBe(0);
    const json = JSON.parse((await rig.run("resume", "--detach", "--json")).stdout);
    expect(json).toMatchObject({ run, pid: expect.any(Number), directory: expect.stringContaining(run) });
  });

  test("fails as `run` does if nothing can begin", async () => {
    await rig.file("plan.exec.yaml", "version: 1\n");
    const [plain, detached] = [
      await rig.run("run", "plan.exec.yaml"),
      await rig.run("run", "plan.exec.yaml", "--detach"),
    ];
    expect(plain.code).toBe(2);
    expect(detached).toEqual(plain);
  });

  test("is ended by the signal that it names", async () => {
    const { stdout } = await rig.run("run", "plan.exec.yaml", "--detach", "--json");
    const { run, pid } = JSON.parse(stdout);
    const a = await rig.agent("a");
    const watched = rig.command(["status", run, "--watch", "--json"]);
    process.kill(pid, "SIGINT");
    expect((await watched.ended).code).toBe(130);
    expect(isAlive(a.pid)).toBe(false);
  });
});
