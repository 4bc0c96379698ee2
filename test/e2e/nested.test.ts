import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive } from "../process/processes.ts";
import { binary, manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(() => rig.close());

/** Starts a run whose task starts a run of its own, and resolves with the inner agent once it ignores SIGTERM. */
async function startNested() {
  await rig.file("interserve.config.yaml", "grace: 0\n");
  await rig.file("inside/interserve.config.yaml", "grace: 600\n");
  await rig.file("inside/inner.exec.yaml", manifestOf([{ inner: "" }]));
  const inner = `'${process.execPath}' '${binary}' run inside/inner.exec.yaml --project-dir inside`;
  await rig.file(
    "plan.exec.yaml",
    `version: 1\nmode: dependency-driven\nstages: [{name: s, tasks: [{id: outer, run: ${JSON.stringify(inner)}}]}]\n`,
  );
  const run = rig.command(["run", "plan.exec.yaml", "--json"]);
  const agent = await rig.agent("inner");
  await agent.ignore("SIGTERM");
  return { run, agent };
}

test("a run inside a task ends with the task, its agents included, even if it is killed before them", async () => {
  const { run, agent } = await startNested();
  run.child.kill("SIGINT");
  expect((await run.ended).code).toBe(130);
  expect(isAlive(agent.pid)).toBe(false);
});

test("a resume ends a run inside a task that a killed run has left, its agents included", async () => {
  const { run, agent } = await startNested();
  run.child.kill("SIGKILL");
  await run.ended;
  expect(isAlive(agent.pid)).toBe(true);
  await rig.file("plan.exec.yaml", manifestOf([{ other: "" }]));
  const resumed = rig.command(["resume", "--json"]);
  await (await rig.agent("other")).exit();
  expect((await resumed.ended).code).toBe(0);
  expect(isAlive(agent.pid)).toBe(false);
});
