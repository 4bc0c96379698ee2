import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive } from "../process/processes.ts";
import { manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({ "plan.exec.yaml": manifestOf([{ a: "", b: "", c: "a b" }]) });
});
afterEach(() => rig.close());

test.each(["exception", "rejection"])(
  "an unhandled %s ends the run's tasks and says how to go on",
  async (kind) => {
    const run = rig.command(["run", "plan.exec.yaml"], {
      NODE_OPTIONS: `--import=${new URL("../fixtures/crash-on-signal.mjs", import.meta.url)}`,
      CRASH: kind,
    });
    const agents = [await rig.agent("a"), await rig.agent("b")];
    for (const agent of agents) await agent.ignore("SIGTERM");
    run.child.kill("SIGUSR2");
    const { code, stderr } = await run.ended;
    expect(code).toBe(70);
    expect(agents.map(({ pid }) => isAlive(pid))).toEqual([false, false]);
    const { path, run: name } = await rig.latestRun();
    expect(stderr).toBe(
      `error: interserve crashed: it broke\n  its tasks were stopped, and their work so far is recorded in ${path}\n  hint: continue with \`interserve resume ${name}\`; this is a bug in interserve, please report it with ${join(path, "crash.txt")}\n`,
    );
    expect(await readFile(join(path, "crash.txt"), "utf8")).toMatch(/^Error: it broke\n {4}at /);

    const resumed = rig.command(["resume"]);
    for (const task of ["a", "b"]) await (await rig.agent(task, 2)).exit();
    await (await rig.agent("c")).exit();
    expect((await resumed.ended).code).toBe(0);
  },
);
