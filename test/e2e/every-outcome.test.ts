import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Rig } from "../rig.ts";

const example = fileURLToPath(new URL("../../examples/every-outcome", import.meta.url));
let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
  await cp(example, rig.dir, { recursive: true });
});
afterEach(() => rig.close());

test("the example has tasks with every outcome", async () => {
  const env = { CLAVAIN_DISPATCH_SH: join(rig.dir, "dispatch.sh"), STEP_MS: "1" };
  const run = rig.command(["run", "plan.exec.yaml", "--json"], env);
  expect((await run.ended).code).toBe(1);
  expect(await run.event("run.finished")).toMatchObject({
    counts: { pass: 10, warn: 1, fail: 1, skipped: 2, question: 1 },
  });
  expect(await run.event("task.waiting", "task-6")).toMatchObject({
    reason: "the site answered 503 four times",
  });
  expect(run.story().filter((said) => said === "task-6 started")).toHaveLength(2);
  const [graph] = run.events.all;
  expect(graph).toMatchObject({
    conflicts: [{ tasks: ["task-4", "task-5"] }, { tasks: ["task-9", "task-10"] }],
  });
});
