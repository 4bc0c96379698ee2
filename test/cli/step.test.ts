import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive } from "../process/processes.ts";
import { manifestOf, Rig } from "../rig.ts";

const batches = manifestOf([{ a: "" }, { b: "" }, { c: "", d: "" }], { top: "mode: manual-batching" });

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({
    "p.exec.yaml": batches,
    "quick.exec.yaml": batches.replaceAll(/run: .*/g, 'run: "true"'),
  });
});
afterEach(() => rig.close());

test("answers that arrive at once are used for one batch each", async () => {
  const run = rig.command(["run", "quick.exec.yaml", "--step", "--json"]);
  run.child.stdin?.end("y\n\n");
  const { code, stderr } = await run.ended;
  expect(run.story()).toEqual(expect.arrayContaining(["a pass", "b pass", "c pass", "d pass"]));
  expect(code).toBe(0);
  expect(stderr).toContain("Start the next batch (1 task)? [Y/n] ");
  expect(stderr).toContain("Start the next batch (2 tasks)? [Y/n] ");
});

test("a no ends the run, with exit 1", async () => {
  const run = rig.command(["run", "quick.exec.yaml", "--step", "--json"]);
  run.child.stdin?.end("y\nno\n");
  expect((await run.ended).code).toBe(1);
  expect(run.story()).toEqual(["a started", "a pass", "b started", "b pass", "c cancelled", "d cancelled"]);
});

test("a signal ends the run while it waits for an answer", async () => {
  const run = rig.command(["run", "quick.exec.yaml", "--step", "--json"]);
  await run.event("batch.held");
  run.child.kill("SIGINT");
  // Standard input stays open.
  const status = await new Promise((resolve) => run.child.once("exit", (code) => resolve(code)));
  expect(status).toBe(130);
  expect(isAlive(run.child.pid ?? 0)).toBe(false);
  expect(run.story()).toEqual(["a started", "a pass", "b cancelled", "c cancelled", "d cancelled"]);
});

test("a run ends even if its standard input stays open", async () => {
  const run = rig.command(["run", "quick.exec.yaml", "--step", "--json"]);
  await run.event("batch.held");
  run.child.stdin?.write("y\ny\n");
  expect(await new Promise((resolve) => run.child.once("exit", (code) => resolve(code)))).toBe(0);
});
